//! A panic inside a claim is that claim's error, with its message and place, and never the run's end.
//!
//! [`guard`] catches; [`report_quietly`], which a program calls once, makes a guarded panic tell its place instead of printing a
//! backtrace between the rows of a table. Panics elsewhere are left as they are.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

thread_local! {
    /// How many guards are on this thread's stack.
    static GUARDED: Cell<u32> = const { Cell::new(0) };
    /// Where the last guarded panic of this thread was.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs something that may panic; a panic becomes its message.
pub fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    GUARDED.set(GUARDED.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(GUARDED.get() - 1);
    result.map_err(|panic| match PLACE.take() {
        Some(place) => format!("{} ({place})", message(&*panic)),
        None => message(&*panic),
    })
}

/// From now on guarded panics print nothing: their guard's caller reports them.
pub fn report_quietly() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        if GUARDED.get() == 0 {
            before(info);
        } else {
            PLACE.set(info.location().map(|place| format!("{}:{}", place.file(), place.line())));
        }
    }));
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_others_go_on() {
        assert_eq!(guard(|| 3), Ok(3));
        let message = guard(|| -> i32 { panic!("went {}", "mad") }).unwrap_err();
        assert!(message.starts_with("went mad"), "{message}");
        assert_eq!(guard(|| guard(|| panic!("inner")).is_err()), Ok(true));
        assert_eq!(GUARDED.get(), 0);
    }
}
