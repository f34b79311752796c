//! The colours of both themes, as WCAG measures them: text is read at 4.5 to 1, and the edges of what takes input at 3 to 1.

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../static/tokens.css");

type Rgb = [f64; 3];

/// `--name: light-dark(#rrggbb, #rrggbb)` or `--name: #rrggbb`, by name.
fn tokens() -> BTreeMap<String, [Rgb; 2]> {
    let mut found = BTreeMap::new();
    for line in TOKENS.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let colours: Vec<Rgb> = value.split(['(', ',', ')', ';', ' ']).filter_map(hex).collect();
        match colours.as_slice() {
            [both] => drop(found.insert(name.to_owned(), [*both, *both])),
            [light, dark] => drop(found.insert(name.to_owned(), [*light, *dark])),
            _ => {}
        }
    }
    found
}

fn hex(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(|value| f64::from(value) / 255.0);
    Some([part(0)?, part(2)?, part(4)?])
}

fn luminance(colour: Rgb) -> f64 {
    let linear = |part: f64| if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The pairs below `least`, in words.
fn below(least: f64, pairs: &[(&[&str], &[&str])]) -> Vec<String> {
    let tokens = tokens();
    let mut found = Vec::new();
    for (fronts, backs) in pairs {
        for (front, back) in fronts.iter().flat_map(|front| backs.iter().map(move |back| (*front, *back))) {
            let (Some(a), Some(b)) = (tokens.get(front), tokens.get(back)) else {
                found.push(format!("no token {front} or {back}"));
                continue;
            };
            for (theme, name) in ["light", "dark"].into_iter().enumerate() {
                let ratio = contrast(a[theme], b[theme]);
                if ratio < least {
                    found.push(format!("{front} on {back}, {name}: {ratio:.2}"));
                }
            }
        }
    }
    found
}

#[test]
fn text_is_read_on_everything_that_it_stands_on() {
    let texts: &[&str] = &["text", "mute", "faint", "acc", "blue", "warm", "bad", "good", "null"];
    let pairs: &[(&[&str], &[&str])] = &[
        (texts, &["bg", "panel", "raise", "hover"]),
        (&["text", "mute", "faint", "null", "acc"], &["acc-soft"]),
        (&["text", "mute", "null", "warm"], &["warm-soft"]),
        (&["text", "mute", "null", "bad"], &["bad-soft"]),
        (&["acc-text"], &["acc"]),
        (&["on-light"], &["l0", "l1", "l2"]),
        (&["on-deep"], &["l5"]),
        (&["bg"], &["text"]),
    ];
    assert_eq!(below(4.5, pairs), Vec::<String>::new());
}

#[test]
fn edges_and_rings_are_seen() {
    assert_eq!(below(3.0, &[(&["line-strong", "acc"], &["bg", "panel", "raise"])]), Vec::<String>::new());
}

#[test]
fn the_measure_is_the_known_one() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!(contrast(hex("#777777").unwrap(), [1.0; 3]) < 4.5 && contrast(hex("#767676").unwrap(), [1.0; 3]) > 4.5);
}
