//! Table options: text in the schema file, parsed once into types here.
