//! Rectangles whose areas are as their values: rows of them, each as near to squares as can be.

/// A rectangle, in the units of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tile {
    /// Position of its value.
    pub index: usize,
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Tiles of the values above nothing, the greatest first, in a picture of this size.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn tiles(values: &[i64], width: f64, height: f64) -> Vec<Tile> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&index| values[index] > 0).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(values[index]), index));
    let total: f64 = order.iter().map(|&index| values[index] as f64).sum();
    let mut tiles = Vec::with_capacity(order.len());
    if total <= 0.0 || width <= 0.0 || height <= 0.0 {
        return tiles;
    }
    let area = |index: usize| values[index] as f64 / total * width * height;
    let mut free = Tile { index: 0, x: 0.0, y: 0.0, width, height };
    let mut rest = order.as_slice();
    while !rest.is_empty() {
        let side = free.width.min(free.height);
        let mut count = 1;
        let mut worst = worst_shape(&[area(rest[0])], side);
        while count < rest.len() {
            let row: Vec<f64> = rest[..=count].iter().map(|&index| area(index)).collect();
            let next = worst_shape(&row, side);
            if next > worst {
                break;
            }
            worst = next;
            count += 1;
        }
        let (row, others) = rest.split_at(count);
        let sum: f64 = row.iter().map(|&index| area(index)).sum();
        lay(row.iter().map(|&index| (index, area(index))), sum, &mut free, &mut tiles);
        rest = others;
    }
    tiles
}

/// How far the worst tile of a row along a side is from a square; 1 is one.
fn worst_shape(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let (least, most) = row.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &area| (low.min(area), high.max(area)));
    let square = side * side;
    (square * most / (sum * sum)).max(sum * sum / (square * least.max(f64::MIN_POSITIVE)))
}

/// Puts a row along the shorter side of what is free, and takes it away.
fn lay(row: impl Iterator<Item = (usize, f64)>, sum: f64, free: &mut Tile, tiles: &mut Vec<Tile>) {
    let upright = free.width >= free.height;
    let side = if upright { free.height } else { free.width }.max(f64::MIN_POSITIVE);
    let depth = sum / side;
    let mut along = 0.0;
    for (index, area) in row {
        let length = area / depth.max(f64::MIN_POSITIVE);
        tiles.push(if upright {
            Tile { index, x: free.x, y: free.y + along, width: depth, height: length }
        } else {
            Tile { index, x: free.x + along, y: free.y, width: length, height: depth }
        });
        along += length;
    }
    if upright {
        free.x += depth;
        free.width = (free.width - depth).max(0.0);
    } else {
        free.y += depth;
        free.height = (free.height - depth).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_as_the_values_and_nothing_sticks_out() {
        let values = [6, 0, 6, 4, 3, 2, 2, 1, -5];
        let tiles = tiles(&values, 600.0, 400.0);
        assert_eq!(tiles.len(), 7);
        for tile in &tiles {
            let wanted = values[tile.index] as f64 / 24.0 * 240_000.0;
            assert!((tile.width * tile.height - wanted).abs() < 1e-6 * wanted, "{tile:?}");
            assert!(tile.x + tile.width < 600.000_1 && tile.y + tile.height < 400.000_1);
            assert!((0.2..5.0).contains(&(tile.width / tile.height)), "{tile:?}");
        }
    }

    #[test]
    fn extremes_stay_finite() {
        let tiles = tiles(&[i64::MAX, 1, 1], 300.0, 100.0);
        assert!(tiles.iter().all(|tile| tile.width.is_finite() && tile.height.is_finite()));
        assert!(super::tiles(&[], 1.0, 1.0).is_empty() && super::tiles(&[1], 0.0, 1.0).is_empty());
    }
}
