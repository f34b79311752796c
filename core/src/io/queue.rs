//! A queue between a task and its reader that is bounded by bytes: many small items may wait, or few large ones.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use futures::{StreamExt, channel::mpsc, task::AtomicWaker};

/// What both ends know of each other.
#[derive(Default)]
struct Gate {
    waiting_bytes: AtomicUsize,
    is_closed: AtomicBool,
    sender: AtomicWaker,
}

/// The end that fills the queue.
pub(super) struct Sender<T> {
    items: mpsc::UnboundedSender<(usize, T)>,
    gate: Arc<Gate>,
    limit: usize,
}

/// The end that empties it; the queue is closed when it is dropped.
pub(super) struct Receiver<T> {
    items: mpsc::UnboundedReceiver<(usize, T)>,
    gate: Arc<Gate>,
}

/// A queue that takes items while less than `limit` bytes wait in it, so one item at least.
pub(super) fn bounded_by_bytes<T>(limit: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::unbounded();
    let gate = Arc::new(Gate::default());
    (Sender { items: sender, gate: Arc::clone(&gate), limit: limit.max(1) }, Receiver { items: receiver, gate })
}

impl<T> Sender<T> {
    /// Waits for room; false where nobody reads any more.
    pub(super) async fn send(&mut self, bytes: usize, item: T) -> bool {
        let gate = &self.gate;
        let has_room =
            || gate.is_closed.load(Ordering::Acquire) || gate.waiting_bytes.load(Ordering::Acquire) < self.limit;
        poll_fn(|context| {
            if has_room() {
                return Poll::Ready(());
            }
            gate.sender.register(context.waker());
            // The reader may have made room before it could see the waker.
            if has_room() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        gate.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        self.items.unbounded_send((bytes, item)).is_ok()
    }
}

impl<T> Receiver<T> {
    /// The next item, `None` once the sender is gone and the queue empty.
    pub(super) async fn next(&mut self) -> Option<T> {
        let (bytes, item) = self.items.next().await?;
        self.gate.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.gate.sender.wake();
        Some(item)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.gate.is_closed.store(true, Ordering::Release);
        self.gate.sender.wake();
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, executor::block_on, future::join};

    use super::*;

    #[test]
    fn takes_items_while_bytes_are_left() {
        let (mut sender, mut receiver) = bounded_by_bytes(10);
        assert_eq!(sender.send(4, 'a').now_or_never(), Some(true));
        assert_eq!(sender.send(7, 'b').now_or_never(), Some(true));
        assert_eq!(sender.send(1, 'c').now_or_never(), None, "11 bytes wait");
        assert_eq!(block_on(receiver.next()), Some('a'));
        assert_eq!(sender.send(1, 'c').now_or_never(), Some(true));
        drop(sender);
        assert_eq!((block_on(receiver.next()), block_on(receiver.next())), (Some('b'), Some('c')));
        assert_eq!(block_on(receiver.next()), None);
    }

    #[test]
    fn an_item_over_the_limit_passes_alone() {
        let (mut sender, mut receiver) = bounded_by_bytes(10);
        assert_eq!(sender.send(1000, 'a').now_or_never(), Some(true));
        assert_eq!(sender.send(0, 'b').now_or_never(), None);
        assert_eq!(block_on(receiver.next()), Some('a'));
        assert_eq!(sender.send(0, 'b').now_or_never(), Some(true));
    }

    #[test]
    fn a_sender_that_waits_sees_that_its_reader_left() {
        let (mut sender, receiver) = bounded_by_bytes(1);
        assert_eq!(sender.send(1, 'a').now_or_never(), Some(true));
        let mut waiting = Box::pin(sender.send(1, 'b'));
        assert_eq!(waiting.as_mut().now_or_never(), None);
        drop(receiver);
        assert!(!block_on(waiting));
    }

    #[test]
    fn all_items_arrive_in_order() {
        let (mut sender, mut receiver) = bounded_by_bytes(64);
        let sending = async move {
            for item in 0..10_000 {
                assert!(sender.send(item % 50, item).await);
            }
        };
        let reading = async {
            for item in 0..10_000 {
                assert_eq!(receiver.next().await, Some(item));
            }
            assert_eq!(receiver.next().await, None);
        };
        block_on(join(sending, reading));
    }
}
