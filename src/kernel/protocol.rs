//! What is said between this program and a kernel in another: messages as bytes. `docs/kernel-protocol.md` is the description to
//! write a program from; this is the same in code, and touches neither pipe nor process.
//!
//! Everything is little-endian. A message is a header of 16 bytes (`TCKP`, version, message, length of the body) and a body. Matrices
//! are sent row by row in the program's own precision, whatever they are in memory here.

use super::{Array, Kind, Precision, Problem, State};
use nalgebra::DMatrix;

/// What every message begins with.
pub const MAGIC: [u8; 4] = *b"TCKP";

/// It grows when a program that was written for the one before would no longer be understood.
pub const VERSION: u16 = 1;

/// Bytes of a header.
pub const HEADER: usize = 16;

/// The longest body of a message that is not arrays.
pub const LONGEST_TEXT: u64 = 1 << 20;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// From here: who is asking.
    Hello = 1,
    /// From the program: what it is.
    Welcome = 2,
    /// From here: run so many steps.
    Run = 3,
    /// From the program: the state that it came to.
    State = 4,
    /// From the program: it failed, and why.
    Failed = 5,
    /// From the program: it does not take this problem, and why.
    Unsupported = 6,
}

/// What a program says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    pub name: String,
    pub precision: Precision,
    /// Whether one request may ask for many steps.
    pub many_steps: bool,
    /// The kinds that it runs, as it names them: they may be of a later version than this one.
    pub kinds: Vec<String>,
}

/// A request to run, as the program reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub problem: Problem,
    pub state: State,
    pub at: u64,
    pub steps: u64,
}

impl Message {
    const ALL: [Self; 6] = [Self::Hello, Self::Welcome, Self::Run, Self::State, Self::Failed, Self::Unsupported];

    /// The message with its header.
    #[must_use]
    pub fn framed(self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + body.len());
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend((self as u16).to_le_bytes());
        out.extend((body.len() as u64).to_le_bytes());
        out.extend(body);
        out
    }
}

/// Reads a header: the message, and the length of its body.
///
/// # Errors
/// A sentence that says what was found where a header is expected.
pub fn header(bytes: &[u8; HEADER]) -> Result<(Message, u64), String> {
    let mut read = Reader { bytes, at: 0 };
    if read.take(4)? != MAGIC {
        return Err(format!("{} where a message begins with `TCKP`", shown(bytes)));
    }
    let version = read.u16()?;
    if version != VERSION {
        return Err(format!("it speaks version {version} of the protocol, this is version {VERSION}"));
    }
    let code = read.u16()?;
    let message = Message::ALL.into_iter().find(|message| *message as u16 == code);
    Ok((message.ok_or_else(|| format!("there is no message {code}"))?, read.u64()?))
}

/// The first of some bytes, for a message about them.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).escape_debug().collect();
    format!("`{text}`{}", if bytes.len() > 40 { ".." } else { "" })
}

#[must_use]
pub fn hello(name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    put_text(&mut body, name);
    Message::Hello.framed(&body)
}

#[must_use]
pub fn welcome(welcome: &Welcome) -> Vec<u8> {
    let mut body = Vec::new();
    put_text(&mut body, &welcome.name);
    body.push(code(welcome.precision));
    body.push(u8::from(welcome.many_steps));
    put_count(&mut body, welcome.kinds.len());
    welcome.kinds.iter().for_each(|kind| put_text(&mut body, kind));
    Message::Welcome.framed(&body)
}

/// # Errors
/// A sentence that says what is not as it should be.
pub fn read_welcome(body: &[u8]) -> Result<Welcome, String> {
    let mut read = Reader { bytes: body, at: 0 };
    let name = read.text()?;
    let precision = match read.u8()? {
        1 => Precision::Single,
        2 => Precision::Double,
        other => return Err(format!("its precision is {other}; 1 is float32, 2 is float64")),
    };
    let many_steps = match read.u8()? {
        0 => false,
        1 => true,
        other => return Err(format!("whether it takes many steps is {other}; 0 is no, 1 is yes")),
    };
    let kinds = (0..read.u16()?).map(|_| read.text()).collect::<Result<_, _>>()?;
    read.end()?;
    Ok(Welcome { name, precision, many_steps, kinds })
}

/// The request to run so many steps.
#[must_use]
pub fn run(problem: &Problem, state: &State, at: u64, steps: u64, precision: Precision) -> Vec<u8> {
    let mut body = Vec::new();
    put_text(&mut body, problem.kind.name());
    body.extend(at.to_le_bytes());
    body.extend(steps.to_le_bytes());
    put_count(&mut body, problem.scalars.len());
    for (name, value) in problem.kind.scalars().iter().zip(&problem.scalars) {
        put_text(&mut body, name);
        body.extend(value.to_le_bytes());
    }
    put_arrays(&mut body, problem.kind.data(), &problem.data, precision);
    put_arrays(&mut body, problem.kind.state(), state, precision);
    Message::Run.framed(&body)
}

/// # Errors
/// A sentence that says what is not as it should be.
pub fn read_run(body: &[u8], precision: Precision) -> Result<Request, String> {
    let mut read = Reader { bytes: body, at: 0 };
    let name = read.text()?;
    let kind = Kind::from_name(&name).ok_or_else(|| format!("there is no kind `{name}`"))?;
    let (at, steps) = (read.u64()?, read.u64()?);
    let mut scalars = Vec::new();
    for _ in 0..read.u16()? {
        read.text()?;
        scalars.push(f64::from_bits(read.u64()?));
    }
    let data = read.arrays(precision)?.into_iter().map(|(_, array)| array).collect();
    let state = read.arrays(precision)?.into_iter().map(|(_, array)| array).collect();
    read.end()?;
    Ok(Request { problem: Problem { kind, scalars, data }, state, at, steps })
}

/// The answer to a request.
#[must_use]
pub fn state(kind: Kind, state: &State, precision: Precision) -> Vec<u8> {
    let mut body = Vec::new();
    put_arrays(&mut body, kind.state(), state, precision);
    Message::State.framed(&body)
}

/// The length of the body of an answer.
#[must_use]
pub fn length_of_state(kind: Kind, state: &State, precision: Precision) -> u64 {
    let arrays = kind.state().iter().zip(state);
    let length = |(array, value): (&Array, &DMatrix<f64>)| 2 + array.name.len() + 16 + value.len() * width(precision);
    2 + arrays.map(length).sum::<usize>() as u64
}

/// The state that an answer holds, in the shapes of the one that was sent.
///
/// # Errors
/// A sentence that says what is not as it should be.
pub fn read_state(body: &[u8], kind: Kind, sent: &State, precision: Precision) -> Result<State, String> {
    let mut read = Reader { bytes: body, at: 0 };
    let arrays = read.arrays(precision)?;
    read.end()?;
    if arrays.len() != sent.len() {
        return Err(format!("it answers with {} arrays, where {} are expected", arrays.len(), sent.len()));
    }
    for (((name, found), wanted), sent) in arrays.iter().zip(kind.state()).zip(sent) {
        if name != wanted.name {
            return Err(format!("it answers with an array `{name}`, where `{}` is expected", wanted.name));
        }
        if found.shape() != sent.shape() {
            let ((rows, cols), (m, n)) = (found.shape(), sent.shape());
            return Err(format!("its array `{name}` is {rows}×{cols}, where {m}×{n} is expected"));
        }
    }
    Ok(arrays.into_iter().map(|(_, array)| array).collect())
}

/// An error, as a message.
#[must_use]
pub fn error(message: Message, text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    put_text(&mut body, text);
    message.framed(&body)
}

/// # Errors
/// If the body is no text.
pub fn read_error(body: &[u8]) -> Result<String, String> {
    let mut read = Reader { bytes: body, at: 0 };
    let text = read.text()?;
    read.end()?;
    Ok(text)
}

fn code(precision: Precision) -> u8 {
    match precision {
        Precision::Single => 1,
        Precision::Double => 2,
    }
}

fn width(precision: Precision) -> usize {
    match precision {
        Precision::Single => 4,
        Precision::Double => 8,
    }
}

/// A text's length and its bytes; what is too long for the length is cut.
fn put_text(body: &mut Vec<u8>, text: &str) {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    put_count(body, end);
    body.extend(&text.as_bytes()[..end]);
}

/// Kinds and arrays are few.
fn put_count(body: &mut Vec<u8>, count: usize) {
    body.extend(u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes());
}

fn put_arrays(body: &mut Vec<u8>, names: &[Array], arrays: &[DMatrix<f64>], precision: Precision) {
    put_count(body, arrays.len());
    for (array, value) in names.iter().zip(arrays) {
        put_text(body, array.name);
        body.extend((value.nrows() as u64).to_le_bytes());
        body.extend((value.ncols() as u64).to_le_bytes());
        for x in value.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>()) {
            match precision {
                Precision::Single => body.extend((x as f32).to_le_bytes()),
                Precision::Double => body.extend(x.to_le_bytes()),
            }
        }
    }
}

/// The bytes of a body that are not yet read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let part = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let part = part.ok_or_else(|| format!("a message of {} bytes ends in the middle", self.bytes.len()))?;
        self.at += count;
        Ok(part)
    }

    fn word<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut word = [0; N];
        word.copy_from_slice(self.take(N)?);
        Ok(word)
    }

    fn u8(&mut self) -> Result<u8, String> {
        self.word().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Result<u16, String> {
        self.word().map(u16::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.word().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.u16()?;
        let bytes = self.take(usize::from(length))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| format!("a text that is not UTF-8: {}", shown(bytes)))
    }

    fn arrays(&mut self, precision: Precision) -> Result<Vec<(String, DMatrix<f64>)>, String> {
        (0..self.u16()?).map(|_| self.array(precision)).collect()
    }

    fn array(&mut self, precision: Precision) -> Result<(String, DMatrix<f64>), String> {
        let name = self.text()?;
        let (rows, cols) = (self.u64()?, self.u64()?);
        let sides = usize::try_from(rows).ok().zip(usize::try_from(cols).ok());
        // Before anything of that size is asked for: are there so many bytes?
        let length = sides.and_then(|(rows, cols)| rows.checked_mul(cols)?.checked_mul(width(precision)));
        let (Some((rows, cols)), Some(length)) = (sides, length) else {
            return Err(format!("its array `{name}` is {rows}×{cols}, which no message holds"));
        };
        let bytes = self.take(length)?;
        let number = |index: usize| -> f64 {
            let part = &bytes[index * width(precision)..];
            match precision {
                Precision::Single => f64::from(f32::from_le_bytes([part[0], part[1], part[2], part[3]])),
                Precision::Double => {
                    f64::from_le_bytes([part[0], part[1], part[2], part[3], part[4], part[5], part[6], part[7]])
                }
            }
        };
        Ok((name, DMatrix::from_fn(rows, cols, |i, j| number(i * cols + j))))
    }

    fn end(&self) -> Result<(), String> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            rest => Err(format!("{rest} bytes more than a message of its kind has: {}", shown(&self.bytes[self.at..]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{reference, trials::trials};
    use super::*;

    fn body(framed: &[u8]) -> &[u8] {
        &framed[HEADER..]
    }

    #[test]
    fn messages_go_there_and_back() {
        for kind in Kind::ALL.into_iter().filter(|kind| reference::exists(*kind)) {
            for precision in [Precision::Single, Precision::Double] {
                let trial = trials(kind, precision).swap_remove(1);
                let request = run(&trial.problem, &trial.state, 7, 9, precision);
                let read = read_run(body(&request), precision).unwrap();
                assert_eq!(read, Request { problem: trial.problem, state: trial.state.clone(), at: 7, steps: 9 });
                let answer = state(kind, &trial.state, precision);
                assert_eq!((answer.len() - HEADER) as u64, length_of_state(kind, &trial.state, precision));
                assert_eq!(read_state(body(&answer), kind, &trial.state, precision).unwrap(), trial.state);
            }
        }
        let said = Welcome {
            name: "näme".to_owned(),
            precision: Precision::Single,
            many_steps: true,
            kinds: vec!["symmetric-gd".to_owned(), "of-a-later-version".to_owned()],
        };
        assert_eq!(read_welcome(body(&welcome(&said))).unwrap(), said);
        assert_eq!(read_error(body(&error(Message::Failed, "no"))).unwrap(), "no");
    }

    /// The bytes of the document.
    #[test]
    fn the_bytes_mean_the_same_next_year() {
        let array = |entries: &[f64]| DMatrix::from_row_slice(1, 2, entries);
        let sent = state(Kind::SymmetricGd, &vec![array(&[1.0, -2.0])], Precision::Single);
        let wanted = [
            &b"TCKP"[..],
            &[1, 0, 4, 0, 29, 0, 0, 0, 0, 0, 0, 0],
            &[1, 0],
            &[1, 0, b'X'],
            &[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
            &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0],
        ];
        assert_eq!(sent, wanted.concat());
    }

    #[test]
    fn every_answer_that_is_cut_or_longer_is_refused() {
        let trial = trials(Kind::AsymmetricGd, Precision::Double).swap_remove(0);
        let answer = state(Kind::AsymmetricGd, &trial.state, Precision::Double);
        let read = |bytes: &[u8]| read_state(bytes, Kind::AsymmetricGd, &trial.state, Precision::Double);
        for end in 0..answer.len() - HEADER {
            assert!(read(&body(&answer)[..end]).is_err(), "{end}");
        }
        let error = read(&[body(&answer), b"!"].concat()).unwrap_err();
        assert_eq!(error, "1 bytes more than a message of its kind has: `!`");
        // A size that no memory holds is refused before any is taken.
        let mut huge = body(&answer).to_vec();
        huge[5..13].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(read(&huge).unwrap_err().contains("which no message holds"));
    }

    #[test]
    fn a_header_says_what_it_is_not() {
        let head = |bytes: &[u8]| {
            let mut head = [0; HEADER];
            head.copy_from_slice(&bytes[..HEADER]);
            header(&head)
        };
        let answer = error(Message::Failed, "");
        assert_eq!(head(&answer), Ok((Message::Failed, 2)));
        assert!(head(b"Loading the model").unwrap_err().starts_with("`Loading the mode` where a message begins"));
        let mut later = answer.clone();
        later[4] = 2;
        assert_eq!(head(&later).unwrap_err(), "it speaks version 2 of the protocol, this is version 1");
        let mut strange = answer;
        strange[6] = 9;
        assert_eq!(head(&strange).unwrap_err(), "there is no message 9");
    }
}
