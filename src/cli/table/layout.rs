//! Which columns of a table fit a terminal, and how wide each is.

/// What becomes of a column where there is too little room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// It is always shown, and never cut: people copy ids and names.
    Whole,
    /// It is left out; of several, the one with the highest number first.
    Extra(u8),
    /// It is cut at its end: a remark.
    Text,
}

/// Blanks between columns.
pub(super) const GAP: usize = 2;
/// What a remark keeps at least: `can be disabled in 59 days`.
const LEAST: usize = 26;

/// A column by its place, what it needs, and how wide its widest cell is.
pub(super) type Wanted = (usize, Need, usize);

/// Returns the places and widths of the columns that fit into `room`; `None` where not even those fit that are always shown.
pub(super) fn fit(mut columns: Vec<Wanted>, room: usize) -> Option<Vec<(usize, usize)>> {
    while least(&columns) > room {
        let extras = columns.iter().enumerate();
        let extras = extras.filter_map(|(at, (_, need, _))| match need {
            Need::Extra(rank) => Some((*rank, at)),
            _ => None,
        });
        let (_, at) = extras.max()?;
        columns.remove(at);
    }
    let mut spare = room - least(&columns);
    let widths = columns.iter().map(|column| {
        let more = (column.2 - narrowest(column)).min(spare);
        spare -= more;
        (column.0, narrowest(column) + more)
    });
    Some(widths.collect())
}

fn least(columns: &[Wanted]) -> usize {
    let widths: usize = columns.iter().map(narrowest).sum();
    widths + GAP * columns.len().saturating_sub(1)
}

fn narrowest((_, need, width): &Wanted) -> usize {
    match need {
        Need::Text => (*width).min(LEAST),
        Need::Whole | Need::Extra(_) => *width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Need::{Extra, Text, Whole};

    /// As `list` has them: id, owner, status, age, last use, remark.
    fn list(owner: usize, remark: usize) -> Vec<(Need, usize)> {
        vec![
            (Whole, 24),
            (Whole, owner),
            (Extra(1), 8),
            (Extra(2), 7),
            (Extra(3), 9),
            (Text, remark),
        ]
    }

    #[test]
    fn columns_are_left_out_and_remarks_cut_before_an_id_is() {
        for (columns, room, shown) in [
            (list(5, 7), 80, Some(vec![24, 5, 8, 7, 9, 7])),
            (list(5, 90), 120, Some(vec![24, 5, 8, 7, 9, 57])),
            (list(5, 90), 80, Some(vec![24, 5, 8, 7, 28])),
            (list(5, 26), 60, Some(vec![24, 5, 26])),
            (list(20, 90), 80, Some(vec![24, 20, 32])),
            (list(64, 7), 120, Some(vec![24, 64, 8, 7, 7])),
            (list(64, 7), 98, None),
            (list(5, 7), 39, None),
            (list(5, 7), 1, None),
            (vec![(Whole, 24), (Text, 9)], 35, Some(vec![24, 9])),
        ] {
            let columns: Vec<Wanted> = columns
                .into_iter()
                .enumerate()
                .map(|(at, (need, width))| (at, need, width))
                .collect();
            let fits = fit(columns.clone(), room);
            let widths: Option<Vec<usize>> =
                fits.map(|fits| fits.into_iter().map(|(_, width)| width).collect());
            assert_eq!(widths, shown, "{columns:?} in {room}");
        }
    }
}
