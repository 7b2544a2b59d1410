//! The bytes of a journal as a storage in memory: what is repaired while they are read stays there, and no file is written.

use std::io;
use std::sync::{PoisonError, RwLock};

use redb::StorageBackend;

/// Bytes that are a storage.
#[derive(Debug)]
pub(super) struct Image(RwLock<Vec<u8>>);

impl Image {
    pub fn new(bytes: Vec<u8>) -> Image {
        Image(RwLock::new(bytes))
    }
}

impl StorageBackend for Image {
    fn len(&self) -> Result<u64, io::Error> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = bytes.get(span(offset, out.len())?).ok_or_else(outside)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        bytes.resize(usize::try_from(len).map_err(|_| outside())?, 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let place = bytes
            .get_mut(span(offset, data.len())?)
            .ok_or_else(outside)?;
        place.copy_from_slice(data);
        Ok(())
    }
}

fn span(offset: u64, len: usize) -> Result<std::ops::Range<usize>, io::Error> {
    let begin = usize::try_from(offset).map_err(|_| outside())?;
    Ok(begin..begin.checked_add(len).ok_or_else(outside)?)
}

fn outside() -> io::Error {
    io::Error::from(io::ErrorKind::UnexpectedEof)
}
