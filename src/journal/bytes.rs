//! Bytes of the journal's own: lengths before what they count, numbers with the smallest byte first.

use std::sync::Arc;

/// Writes parts one after the other.
#[derive(Default)]
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn u8(&mut self, n: u8) -> &mut Writer {
        self.0.push(n);
        self
    }

    pub fn u32(&mut self, n: u32) -> &mut Writer {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    pub fn u64(&mut self, n: u64) -> &mut Writer {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }

    /// Bytes of a length that the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Writer {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Writer {
        self.u64(bytes.len() as u64).raw(bytes)
    }

    pub fn text(&mut self, text: &str) -> &mut Writer {
        self.bytes(text.as_bytes())
    }
}

/// Reads parts one after the other. An error says what was expected.
pub(super) struct Reader<'a>(pub &'a [u8]);

/// What was expected and is not there.
pub(super) type Expected = &'static str;

impl<'a> Reader<'a> {
    pub fn raw(&mut self, len: usize) -> Result<&'a [u8], Expected> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or("more bytes")?;
        self.0 = rest;
        Ok(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Expected> {
        self.raw(N)?.try_into().map_err(|_| "more bytes")
    }

    pub fn u8(&mut self) -> Result<u8, Expected> {
        Ok(self.array::<1>()?[0])
    }

    pub fn u32(&mut self) -> Result<u32, Expected> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Expected> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn bytes(&mut self) -> Result<&'a [u8], Expected> {
        let len = usize::try_from(self.u64()?).map_err(|_| "a length")?;
        self.raw(len)
    }

    pub fn text(&mut self) -> Result<&'a str, Expected> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "UTF-8 text")
    }

    /// That nothing is left.
    pub fn end(&self) -> Result<(), Expected> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err("no more bytes")
        }
    }
}

/// The last few texts that were read: what comes again and again is one text.
#[derive(Default)]
pub(super) struct Names {
    last: Vec<Arc<str>>,
    next: usize,
}

impl Names {
    const MOST: usize = 16;

    pub fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.last.iter().find(|known| &***known == text) {
            return known.clone();
        }
        let name: Arc<str> = Arc::from(text);
        if self.last.len() < Self::MOST {
            self.last.push(name.clone());
        } else {
            self.last[self.next] = name.clone();
            self.next = (self.next + 1) % Self::MOST;
        }
        name
    }
}
