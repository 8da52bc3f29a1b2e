//! The same work on many items, a few at a time.

use std::sync::{Mutex, PoisonError};

/// Does the work for each item, at most `threads` at once; the results are in the order of the items.
pub(super) fn at_once<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    if items.len() < 2 {
        return items.into_iter().map(work).collect();
    }
    let threads = threads.clamp(1, items.len().max(1));
    let items = Mutex::new(items.into_iter().enumerate());
    let results = Mutex::new(Vec::new());
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((place, item)) = next() {
                    let result = work(item);
                    results
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((place, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_more_than_allowed_and_each_in_its_place() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let doubled = at_once(3, (0..50).collect(), |item: usize| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
            item * 2
        });
        assert_eq!(doubled, (0..50).map(|item| item * 2).collect::<Vec<_>>());
        assert!((1..=3).contains(&most.into_inner()));
        assert_eq!(at_once(0, vec![1], |item| item), [1]);
        assert!(at_once(4, Vec::<u8>::new(), |item| item).is_empty());
    }
}
