//! The laws of this house. What a reviewer would have to see each time is seen here instead.

#[path = "house/errors.rs"]
mod errors;
#[path = "house/imports.rs"]
mod imports;
#[path = "house/places.rs"]
mod places;
#[path = "house/rules.rs"]
mod rules;
#[path = "house/scan.rs"]
mod scan;
#[path = "house/shape.rs"]
mod shape;
#[path = "house/shown.rs"]
mod shown;
