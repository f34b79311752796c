//! Columns that are filled value by value: values with parts. Those without are in [`super::leaf`].

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, NullArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{Field, Fields};

use crate::{
    error::{Error, Result},
    spec::avro::{Cursor, Shape},
};

/// Takes values from a cursor into an Arrow array. Fields of the arrays are all nullable, maps are lists of pairs: see
/// `format::batch`.
pub(super) trait Values: Send {
    /// Takes one value. Errors: `Corrupt`.
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()>;
    /// Adds a null.
    fn null(&mut self);
    /// The array of what was taken; the next values make a new one.
    fn finish(&mut self) -> Result<ArrayRef>;
}

/// Values that may be null by the schema of the writer.
pub(super) struct Column {
    shape: Shape,
    values: Box<dyn Values>,
}

impl Column {
    pub(super) fn new(shape: Shape, values: Box<dyn Values>) -> Self {
        Column { shape, values }
    }

    #[inline]
    pub(super) fn take(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        if cursor.present(self.shape)? {
            self.values.value(cursor)
        } else {
            self.values.null();
            Ok(())
        }
    }

    pub(super) fn null(&mut self) {
        self.values.null();
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef> {
        self.values.finish()
    }
}

/// Fields that the writer left null without a type.
#[derive(Default)]
pub(super) struct Nulls {
    count: usize,
}

impl Values for Nulls {
    fn value(&mut self, _: &mut Cursor<'_>) -> Result<()> {
        self.null();
        Ok(())
    }

    fn null(&mut self) {
        self.count += 1;
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(NullArray::new(std::mem::take(&mut self.count))))
    }
}

/// A field of a writer's record, in its order.
pub(super) enum Step {
    /// Is taken into the column of this number.
    Take(usize),
    /// Is not asked for.
    Skip(Shape),
}

/// The fields of records that are asked for.
pub(super) struct Record {
    pub(super) steps: Vec<Step>,
    /// Name and values of each field that is taken.
    pub(super) columns: Vec<(String, Column)>,
}

impl Record {
    pub(super) fn take(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        for step in &self.steps {
            match step {
                Step::Skip(shape) => cursor.skip(*shape)?,
                Step::Take(index) => {
                    if let Some((name, column)) = self.columns.get_mut(*index) {
                        column.take(cursor).map_err(|error| error.with("field", name))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// ROW
pub(super) struct Rows {
    record: Record,
    nulls: NullBufferBuilder,
}

impl Rows {
    pub(super) fn new(record: Record) -> Self {
        Rows { record, nulls: NullBufferBuilder::new(0) }
    }
}

impl Values for Rows {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        self.record.take(cursor)?;
        self.nulls.append_non_null();
        Ok(())
    }

    fn null(&mut self) {
        self.record.columns.iter_mut().for_each(|(_, column)| column.null());
        self.nulls.append_null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let (length, nulls) = (self.nulls.len(), self.nulls.finish());
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, column) in &mut self.record.columns {
            let array = column.finish()?;
            fields.push(Field::new(name.as_str(), array.data_type().clone(), true));
            arrays.push(array);
        }
        Ok(Arc::new(StructArray::try_new_with_length(Fields::from(fields), arrays, nulls, length)?))
    }
}

/// Starts of lists in their elements.
struct Offsets {
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
    elements: usize,
}

impl Offsets {
    fn new() -> Self {
        Offsets { ends: vec![0], nulls: NullBufferBuilder::new(0), elements: 0 }
    }

    fn end(&mut self, valid: bool) -> Result<()> {
        let end = i32::try_from(self.elements).map_err(|_| Error::corrupt("too many elements in a batch"))?;
        self.ends.push(end);
        self.nulls.append(valid);
        Ok(())
    }

    fn null(&mut self) {
        self.ends.extend(self.ends.last().copied());
        self.nulls.append_null();
    }

    fn finish(&mut self, values: ArrayRef) -> Result<ArrayRef> {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        self.elements = 0;
        let field = Arc::new(Field::new("element", values.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::new(ends.into()), values, self.nulls.finish())?))
    }
}

/// ARRAY; also MAP and MULTISET that are stored as an array of pairs.
pub(super) struct Lists {
    element: Column,
    offsets: Offsets,
}

impl Lists {
    pub(super) fn new(element: Column) -> Self {
        Lists { element, offsets: Offsets::new() }
    }
}

impl Values for Lists {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        loop {
            let count = cursor.count()?;
            if count == 0 {
                return self.offsets.end(true);
            }
            // Elements take bytes (see `plan`), so a count that lies ends at the end of the block.
            for _ in 0..count {
                self.element.take(cursor)?;
            }
            self.offsets.elements += count;
        }
    }

    fn null(&mut self) {
        self.offsets.null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let values = self.element.finish()?;
        self.offsets.finish(values)
    }
}

/// MAP and MULTISET with keys of text.
pub(super) struct Maps {
    key: Box<dyn Values>,
    value: Column,
    offsets: Offsets,
}

impl Maps {
    pub(super) fn new(key: Box<dyn Values>, value: Column) -> Self {
        Maps { key, value, offsets: Offsets::new() }
    }
}

impl Values for Maps {
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        loop {
            let count = cursor.count()?;
            if count == 0 {
                return self.offsets.end(true);
            }
            for _ in 0..count {
                self.key.value(cursor)?;
                self.value.take(cursor)?;
            }
            self.offsets.elements += count;
        }
    }

    fn null(&mut self) {
        self.offsets.null();
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let (keys, values) = (self.key.finish()?, self.value.finish()?);
        let fields = vec![
            Field::new("key", keys.data_type().clone(), true),
            Field::new("value", values.data_type().clone(), true),
        ];
        let pairs = StructArray::try_new(Fields::from(fields), vec![keys, values], None)?;
        self.offsets.finish(Arc::new(pairs))
    }
}
