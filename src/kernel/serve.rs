//! The program's side of the protocol, for programs in Rust: a kernel served over any reader and writer.
//!
//! ```no_run
//! # use theoremcheck::kernel::{Kind, plain::Plain, serve::serve};
//! let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
//! serve(&[&Plain(Kind::SymmetricGd)], input, output).expect("the other side speaks the protocol");
//! ```

use super::protocol::{self, HEADER, Message, Welcome};
use super::{Kernel, KernelError, Precision};
use std::io::{self, BufReader, ErrorKind, Read, Write};

/// Answers requests until the input ends. The kernels are of one precision, that of the first; its name is the program's.
///
/// # Errors
/// If reading or writing fails, or something else than the protocol comes in.
pub fn serve(kernels: &[&dyn Kernel], input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let precision = kernels.first().map_or(Precision::Double, |kernel| kernel.precision());
    loop {
        let mut head = [0; HEADER];
        match input.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let (message, length) = protocol::header(&head).map_err(io::Error::other)?;
        let mut body = Vec::new();
        if input.by_ref().take(length).read_to_end(&mut body)? as u64 != length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let answer = match message {
            Message::Hello => protocol::welcome(&Welcome {
                name: kernels.first().map_or("", |kernel| kernel.name()).to_owned(),
                precision,
                many_steps: true,
                kinds: kernels.iter().map(|kernel| kernel.kind().name().to_owned()).collect(),
            }),
            Message::Run => answer(kernels, &body, precision),
            other => return Err(io::Error::other(format!("a message {other:?}, which is not one to a program"))),
        };
        output.write_all(&answer)?;
        output.flush()?;
    }
}

fn answer(kernels: &[&dyn Kernel], body: &[u8], precision: Precision) -> Vec<u8> {
    let mut request = match protocol::read_run(body, precision) {
        Ok(request) => request,
        Err(message) => return protocol::error(Message::Failed, &message),
    };
    let Some(kernel) = kernels.iter().find(|kernel| kernel.kind() == request.problem.kind) else {
        return protocol::error(Message::Unsupported, &format!("no {} here", request.problem.kind.name()));
    };
    match kernel.run(&request.problem, &mut request.state, request.at, request.steps) {
        Ok(()) => protocol::state(request.problem.kind, &request.state, precision),
        Err(KernelError::Unsupported(message)) => protocol::error(Message::Unsupported, &message),
        Err(KernelError::Failed(message)) => protocol::error(Message::Failed, &message),
    }
}
