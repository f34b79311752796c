//! Values shared by parts of the page and compared by identity: comparing a million cells to find that nothing changed
//! would cost more than drawing them.

use std::{ops::Deref, rc::Rc};

/// A shared value. Two are equal when they are the same one.
#[derive(Debug, Default)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Shares a value.
    pub fn new(value: T) -> Shared<T> {
        Shared(Rc::new(value))
    }
}

impl<T: Clone> Shared<T> {
    /// The value to change; copied first where others hold it too.
    pub fn make_mut(this: &mut Shared<T>) -> &mut T {
        Rc::make_mut(&mut this.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
