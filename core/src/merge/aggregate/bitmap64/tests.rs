use super::*;

/// Unions by Java Paimon 1.3.1: a name, state, input and union in hexadecimal digits.
const UNIONS: &str = include_str!("../testdata/rbm64_unions.txt");

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn unions() -> impl Iterator<Item = (&'static str, [Vec<u8>; 3])> {
    UNIONS.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        (words[0], [1, 2, 3].map(|place| bytes(words[place])))
    })
}

/// All numbers.
fn numbers(bitmap: &Bitmap) -> Vec<u64> {
    let upper = |key: Key| u64::from_be_bytes([key[0], key[1], key[2], key[3], key[4], key[5], 0, 0]);
    let of = |(key, place): (Key, u64)| {
        let lower = bitmap.containers.get(place).unwrap().members().iter().map(u64::from);
        lower.map(|lower| upper(key) | lower).collect::<Vec<_>>()
    };
    bitmap.tree.entries().into_iter().flat_map(of).collect()
}

/// The numbers of a bitmap.
pub(in crate::merge) fn numbers_of(bytes: &[u8]) -> Vec<i64> {
    numbers(&Bitmap::parse(bytes).unwrap()).into_iter().map(|number| number as i64).collect()
}

/// A bitmap of numbers.
pub(in crate::merge) fn of_numbers(numbers: &[i64]) -> Vec<u8> {
    let mut bitmap = Bitmap::default();
    for number in numbers {
        let bytes = number.to_be_bytes();
        let key = [bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]];
        let container = containers::Container::of(u32::from(u16::from_be_bytes([bytes[6], bytes[7]])));
        match bitmap.tree.find(&key) {
            Some(place) => bitmap.containers.unite(place, &container),
            None => bitmap.tree.insert(key, bitmap.containers.push(container)),
        }
    }
    bitmap.write().unwrap()
}

#[test]
fn unions_are_those_of_java() {
    let mut count = 0;
    for (name, [state, input, expected]) in unions() {
        assert!(union(&state, &input).unwrap() == expected, "{name}");
        count += 1;
    }
    assert!(count > 50);
}

#[test]
fn unions_hold_the_numbers_of_both() {
    for (name, [state, input, expected]) in unions() {
        let [mut state, input, expected] =
            [state, input, expected].map(|bytes| numbers(&Bitmap::parse(&bytes).unwrap()));
        state.extend(input);
        state.sort_unstable();
        state.dedup();
        assert_eq!(state, expected, "{name}");
    }
    let known = unions().find(|(name, _)| *name == "same-key").unwrap().1;
    assert_eq!(numbers(&Bitmap::parse(&known[2]).unwrap()), [1, 2, 3, 4, 70000, 70001]);
}

#[test]
fn broken_bytes_are_errors() {
    let (_, [state, input, _]) = unions().find(|(name, _)| *name == "forty-eight").unwrap();
    for end in 0..input.len() {
        assert!(union(&state, &input[..end]).is_err(), "{end}");
    }
    assert!(union(&[2], &input).is_err());
    for place in 0..input.len() {
        for value in [0, 1, 4, 0x7f, 0xff] {
            let mut broken = input.clone();
            broken[place] = value;
            // A changed number is no error; nothing panics.
            let _ = union(&broken, &state).and_then(|_| union(&state, &broken));
        }
    }
}
