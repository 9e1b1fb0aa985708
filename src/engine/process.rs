//! A kernel that is another program, asked over its standard input and output.
//!
//! The program is started once. Whatever it does, no request takes longer than its limit: what is written and read goes through threads of
//! its own, and a program that is silent for too long, or says what is not the protocol, is ended, on Unix with all that it started. One
//! that ended by itself (an exception in the middle of a step) is started again for the next request, a few times.

use crate::kernel::protocol::{self, HEADER, LONGEST_TEXT, Message, Welcome};
use crate::kernel::{Kernel, KernelError, Kind, Precision, Problem, State};
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a program may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For its first answer, to the greeting, which waits for all that it loads.
    pub start: Duration,
    /// For any other answer.
    pub answer: Duration,
    /// For all answers together.
    pub total: Duration,
}

impl Default for Limits {
    /// A minute for the start, ten seconds an answer, ten minutes in all.
    fn default() -> Self {
        Self { start: Duration::from_secs(60), answer: Duration::from_secs(10), total: Duration::from_secs(600) }
    }
}

/// How often a program that ends by itself is started again.
const RESTARTS: u32 = 8;

/// So much of a program's standard error is kept.
const KEPT_ERRORS: usize = 4096;

/// A program that cannot be used as a kernel: what it did when it was started and greeted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{command}` cannot be used as a kernel: {why}")]
pub struct StartError {
    pub command: String,
    pub why: String,
}

/// A program that was started and has said what it is.
pub struct Program {
    command: Vec<String>,
    limits: Limits,
    welcome: Welcome,
    session: Mutex<Session>,
}

/// One of the kinds that a program runs.
#[derive(Clone)]
pub struct ProgramKernel {
    program: Arc<Program>,
    kind: Kind,
}

/// What a program is asked.
#[derive(Clone, Copy)]
enum Asked {
    /// What it is.
    What,
    /// To make steps.
    Steps,
}

struct Session {
    /// Nothing once it has ended.
    running: Option<Running>,
    /// Why it is not asked again.
    refused: Option<String>,
    restarts: u32,
    /// The time that answers have taken.
    spent: Duration,
    /// The end of what it wrote to its standard error.
    errors: Arc<Mutex<Vec<u8>>>,
}

struct Running {
    child: Child,
    /// To the thread that writes; `None` closes the program's standard input.
    requests: Option<Sender<Vec<u8>>>,
    /// From the thread that reads, until the program closes its standard output.
    answers: Receiver<Vec<u8>>,
    /// What came and is not yet read.
    come: Vec<u8>,
    /// The thread that reads its standard error.
    listener: JoinHandle<()>,
}

/// Why there was no answer.
enum Fault {
    /// It ended by itself.
    Ended(String),
    /// It is not asked again.
    Misbehaved(String),
}

impl Fault {
    fn message(&self) -> &str {
        match self {
            Self::Ended(message) | Self::Misbehaved(message) => message,
        }
    }
}

impl Program {
    /// Starts a program, given as words (the first is its name), and greets it.
    ///
    /// # Errors
    /// If it cannot be started, or does not answer the greeting as the protocol has it.
    pub fn start(command: &[String], limits: Limits) -> Result<Arc<Self>, StartError> {
        let error = |why: String| StartError { command: command.join(" "), why };
        let errors = Arc::default();
        let mut running = Running::start(command, &errors).map_err(&error)?;
        let mut spent = Duration::ZERO;
        let welcome = running.greet(limits, &mut spent).map_err(|fault| {
            running.end();
            error(with_errors(fault.message(), &errors))
        })?;
        let session = Session { running: Some(running), refused: None, restarts: 0, spent, errors };
        let command = command.to_vec();
        Ok(Arc::new(Self { command, limits, welcome, session: Mutex::new(session) }))
    }

    /// Whether the time for all of its answers is used up.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.session.lock().is_ok_and(|session| session.spent >= self.limits.total)
    }

    /// What it says it is.
    #[must_use]
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// The kinds that it runs and that are known here, in its order.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        self.welcome.kinds.iter().filter_map(|name| Kind::from_name(name)).collect()
    }

    /// Its kernel of a kind, if it says that it has one.
    #[must_use]
    pub fn kernel(self: &Arc<Self>, kind: Kind) -> Option<ProgramKernel> {
        self.kinds().contains(&kind).then(|| ProgramKernel { program: Arc::clone(self), kind })
    }

    /// The end of what it has written to its standard error.
    #[must_use]
    pub fn errors(&self) -> String {
        text_of(&self.session().errors)
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        // A panic elsewhere leaves at worst an answer unread, and that is noticed.
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, kind: Kind, problem: &Problem, state: &State, at: u64, steps: u64) -> Result<State, KernelError> {
        let precision = self.welcome.precision;
        let request = protocol::run(problem, state, at, steps, precision);
        let longest = protocol::length_of_state(kind, state, precision) + LONGEST_TEXT;
        let mut session = self.session();
        let failed = |message: &str| KernelError::Failed(message.to_owned());
        if let Some(why) = &session.refused {
            return Err(failed(&format!("the program is not asked again: {why}")));
        }
        let (message, body) = session.exchange(self, &request, longest)?;
        match message {
            Message::State => protocol::read_state(&body, kind, state, precision).map_err(|why| {
                // What it says next may be the rest of this; nothing it says can be relied on.
                session.refuse(&why);
                failed(&why)
            }),
            Message::Failed | Message::Unsupported => match protocol::read_error(&body) {
                Ok(text) if message == Message::Failed => Err(KernelError::Failed(text)),
                Ok(text) => Err(KernelError::Unsupported(text)),
                Err(why) => {
                    session.refuse(&why);
                    Err(failed(&why))
                }
            },
            Message::Hello | Message::Welcome | Message::Run => {
                let why = format!("it answers a request with the message {message:?}");
                session.refuse(&why);
                Err(failed(&why))
            }
        }
    }
}

impl Kernel for ProgramKernel {
    fn name(&self) -> &str {
        &self.program.welcome.name
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn precision(&self) -> Precision {
        self.program.welcome.precision
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        crate::kernel::shapes::check(self, problem, state)?;
        if self.program.welcome.many_steps {
            *state = self.program.ask(self.kind, problem, state, at, steps)?;
            return Ok(());
        }
        for t in 0..steps {
            *state = self.program.ask(self.kind, problem, state, at.saturating_add(t), 1)?;
        }
        Ok(())
    }
}

impl Session {
    /// A request and its answer; the program is started again where it had ended.
    fn exchange(&mut self, program: &Program, request: &[u8], longest: u64) -> Result<(Message, Vec<u8>), KernelError> {
        if self.running.is_none() {
            self.restart(program)?;
        }
        let Some(running) = &mut self.running else {
            return Err(KernelError::Failed("the program has ended".to_owned()));
        };
        let fault = match running.exchange(request, longest, program.limits, &mut self.spent) {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        if let Some(mut running) = self.running.take() {
            running.end();
        }
        if let Fault::Misbehaved(why) = &fault {
            self.refused = Some(why.clone());
        }
        Err(KernelError::Failed(with_errors(fault.message(), &self.errors)))
    }

    fn restart(&mut self, program: &Program) -> Result<(), KernelError> {
        if self.restarts == RESTARTS {
            let why = format!("it has ended by itself {} times", RESTARTS + 1);
            self.refuse(&why);
            return Err(KernelError::Failed(why));
        }
        self.restarts += 1;
        if let Ok(mut errors) = self.errors.lock() {
            errors.clear();
        }
        let mut running = Running::start(&program.command, &self.errors).map_err(KernelError::Failed)?;
        match running.greet(program.limits, &mut self.spent) {
            Ok(welcome) if welcome == program.welcome => {
                self.running = Some(running);
                Ok(())
            }
            Ok(_) => {
                running.end();
                let why = "started again, it says that it is something else";
                self.refuse(why);
                Err(KernelError::Failed(why.to_owned()))
            }
            Err(fault) => {
                running.end();
                self.refuse(fault.message());
                Err(KernelError::Failed(with_errors(fault.message(), &self.errors)))
            }
        }
    }

    fn refuse(&mut self, why: &str) {
        self.refused = Some(why.to_owned());
        if let Some(mut running) = self.running.take() {
            running.end();
        }
    }
}

impl Running {
    fn start(command: &[String], errors: &Arc<Mutex<Vec<u8>>>) -> Result<Self, String> {
        let Some((program, arguments)) = command.split_first() else { return Err("an empty command".to_owned()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it starts (an interpreter behind a script) ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
        let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err("it has no standard input and output".to_owned());
        };
        // A program that is ended closes its pipes, and the threads end with them; nobody waits for them.
        let (requests, to_write) = channel::<Vec<u8>>();
        thread::spawn(move || {
            for request in to_write {
                if stdin.write_all(&request).and_then(|()| stdin.flush()).is_err() {
                    return;
                }
            }
        });
        // Bounded: a program that writes without end is stopped by its own pipe.
        let (came, answers) = sync_channel(16);
        thread::spawn(move || {
            let mut part = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stdout.read(&mut part) {
                if came.send(part[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let errors = Arc::clone(errors);
        let listener = thread::spawn(move || {
            let mut part = [0; 1024];
            while let Ok(count @ 1..) = stderr.read(&mut part) {
                let Ok(mut errors) = errors.lock() else { return };
                errors.extend(&part[..count]);
                let surplus = errors.len().saturating_sub(KEPT_ERRORS);
                errors.drain(..surplus);
            }
        });
        Ok(Self { child, requests: Some(requests), answers, come: Vec::new(), listener })
    }

    fn greet(&mut self, limits: Limits, spent: &mut Duration) -> Result<Welcome, Fault> {
        let hello = protocol::hello(concat!("theoremcheck ", env!("CARGO_PKG_VERSION")));
        // What it says before it was asked is taken for its answer: only the order of two processes tells them apart.
        let (message, body) = self.converse(Asked::What, &hello, LONGEST_TEXT, limits, spent)?;
        let misbehaved = |why: String| Fault::Misbehaved(format!("it answers the greeting wrongly: {why}"));
        match message {
            Message::Welcome => protocol::read_welcome(&body).map_err(misbehaved),
            Message::Failed | Message::Unsupported => {
                Err(misbehaved(protocol::read_error(&body).unwrap_or_else(|why| why)))
            }
            other => Err(misbehaved(format!("with the message {other:?}"))),
        }
    }

    fn exchange(
        &mut self,
        request: &[u8],
        longest: u64,
        limits: Limits,
        spent: &mut Duration,
    ) -> Result<(Message, Vec<u8>), Fault> {
        while let Ok(part) = self.answers.try_recv() {
            self.come.extend(part);
        }
        if !self.come.is_empty() {
            let (count, shown) = (self.come.len(), protocol::shown(&self.come));
            return Err(Fault::Misbehaved(format!(
                "it wrote {count} bytes to its standard output that nobody asked for: {shown}"
            )));
        }
        self.converse(Asked::Steps, request, longest, limits, spent)
    }

    fn converse(
        &mut self,
        asked: Asked,
        request: &[u8],
        longest: u64,
        limits: Limits,
        spent: &mut Duration,
    ) -> Result<(Message, Vec<u8>), Fault> {
        let started = Instant::now();
        let left = limits.total.saturating_sub(*spent);
        let most = match asked {
            Asked::What => limits.start,
            Asked::Steps => limits.answer,
        };
        let limit = most.min(left);
        let deadline = started + limit;
        let what = match asked {
            _ if limit < most => format!("its answers have taken {} s together", limits.total.as_secs_f64()),
            Asked::What => format!("it did not say what it is within {} s (--start-limit)", most.as_secs_f64()),
            Asked::Steps => format!("no answer within {} s", most.as_secs_f64()),
        };
        if let Some(requests) = &self.requests {
            // Where nobody writes any more the program has ended, and reading says so.
            let _ = requests.send(request.to_vec());
        }
        let answer = self.answer(longest, deadline, &what);
        *spent += started.elapsed();
        answer
    }

    fn answer(&mut self, longest: u64, deadline: Instant, late: &str) -> Result<(Message, Vec<u8>), Fault> {
        let mut head = [0; HEADER];
        head.copy_from_slice(&self.read(HEADER, deadline, late)?);
        let wrong = |why: String| {
            Fault::Misbehaved(format!(
                "{why}; a kernel's standard output is for answers alone, print to standard error"
            ))
        };
        let (message, length) = protocol::header(&head).map_err(wrong)?;
        if length > longest {
            return Err(Fault::Misbehaved(format!(
                "its answer announces {length} bytes, more than any answer to this has"
            )));
        }
        // Below `longest`, which is the length of a state that there is.
        let body = self.read(usize::try_from(length).unwrap_or(usize::MAX), deadline, late)?;
        Ok((message, body))
    }

    /// So many bytes of what the program writes.
    fn read(&mut self, count: usize, deadline: Instant, late: &str) -> Result<Vec<u8>, Fault> {
        while self.come.len() < count {
            match self.answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(part) => self.come.extend(part),
                Err(RecvTimeoutError::Timeout) => {
                    let came = match self.come.len() {
                        0 => String::new(),
                        came => format!(" ({came} of {count} bytes came: {})", protocol::shown(&self.come)),
                    };
                    return Err(Fault::Misbehaved(format!("{late}{came}")));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Fault::Ended(self.ended(count))),
            }
        }
        let rest = self.come.split_off(count);
        Ok(std::mem::replace(&mut self.come, rest))
    }

    /// What to say of a program that has closed its standard output before `count` bytes came.
    fn ended(&mut self, count: usize) -> String {
        let how = match self.wait(Duration::from_secs(1)) {
            Some(status) => format!("it ended ({})", status_text(status)),
            None => "it closed its standard output".to_owned(),
        };
        match self.come.len() {
            0 => format!("{how} without an answer"),
            came => format!(
                "{how} in the middle of an answer: {came} of {count} bytes came: {}",
                protocol::shown(&self.come)
            ),
        }
    }

    /// Its status, if it ends in time.
    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends it, and what it started.
    fn end(&mut self) {
        self.requests = None;
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Not there any more is as good.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        // The last of its standard error, unless something that got away holds that open.
        let deadline = Instant::now() + Duration::from_millis(500);
        while !self.listener.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Running {
    /// Lets it end by itself when its standard input closes, for as long as anyone wants to wait for that.
    fn drop(&mut self) {
        self.requests = None;
        // What it still has to say is read, or it could wait for that.
        while !matches!(self.answers.try_recv(), Err(TryRecvError::Empty | TryRecvError::Disconnected)) {}
        if self.wait(Duration::from_millis(500)).is_none() {
            self.end();
        }
    }
}

/// A message with the last lines that the program wrote to its standard error; it has been ended.
fn with_errors(message: &str, errors: &Arc<Mutex<Vec<u8>>>) -> String {
    let text = text_of(errors);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    match lines.len() {
        0 => message.to_owned(),
        count => format!("{message}; on its standard error: {}", lines[count.saturating_sub(3)..].join(" | ")),
    }
}

fn text_of(errors: &Mutex<Vec<u8>>) -> String {
    let bytes = errors.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn status_text(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}
