//! Columns that the user pinned, as an address holds them, and columns in another order.

use crate::model::ScanColumn;

/// Names of columns with one moved by a place.
#[must_use]
pub fn with_moved(columns: &[ScanColumn], index: usize, by: isize) -> Option<Vec<String>> {
    let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let to = index.checked_add_signed(by).filter(|to| *to < names.len())?;
    names.swap(index, to);
    Some(names)
}

/// Pinned columns as an address holds them; a dash says that there are none.
#[must_use]
pub fn print_pins(pins: &[String]) -> String {
    if pins.is_empty() {
        "-".to_owned()
    } else {
        pins.iter().map(|pin| pin.replace('\\', "\\\\").replace(',', "\\,")).collect::<Vec<_>>().join(",")
    }
}

/// The opposite of [`print_pins`].
#[must_use]
pub fn parse_pins(text: &str) -> Vec<String> {
    let mut pins = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            ',' if !escaped => pins.push(String::new()),
            c => pins.iter_mut().last().into_iter().for_each(|pin| pin.push(c)),
        }
        escaped = false;
    }
    pins.retain(|pin| !pin.is_empty() && pin != "-");
    pins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_survive_the_address_whatever_their_names() {
        for pins in [vec![], vec!["a"], vec!["a,b", "c\\d", "é"]] {
            let pins: Vec<String> = pins.into_iter().map(str::to_owned).collect();
            assert_eq!(parse_pins(&print_pins(&pins)), pins);
        }
    }

    #[test]
    fn columns_move_within_their_bounds() {
        let columns: Vec<ScanColumn> =
            ["a", "b"].iter().map(|name| ScanColumn { name: (*name).into(), ..ScanColumn::default() }).collect();
        assert_eq!(with_moved(&columns, 1, -1).unwrap(), ["b", "a"]);
        assert!(with_moved(&columns, 0, -1).is_none() && with_moved(&columns, 1, 1).is_none());
    }
}
