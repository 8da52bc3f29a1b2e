//! An owner's journal, open for its next event.

use super::{
    Journal, format,
    record::{Header, Intent, Record},
};
use crate::core::{account::Owner, event::Event, open_work::OpenWork};
use crate::metadata::{Error, Home, Version};
use crate::sys::fs::OpenFile;
use std::path::PathBuf;

/// The events of one owner. The file is there from the first event on; what it said when it was opened is durable.
pub(crate) struct Events {
    home: Home,
    path: PathBuf,
    header: Header,
    open: OpenWork,
    file: Option<Tail>,
    /// Whether the file stays when nothing is unfinished, until [`Events::release`].
    is_retained: bool,
}

/// Where the next record goes.
struct Tail {
    file: Box<dyn OpenFile>,
    end: u64,
    /// How far the file reaches: up to there a record needs no new space on the disk.
    size: u64,
    /// Records that could not be written: the next one brings them along, since it would make no sense without them.
    owed: Vec<u8>,
}

/// The room that the answer to a request may need.
const ANSWER: usize = 4096;

impl Events {
    pub(crate) fn open(&self) -> &OpenWork {
        &self.open
    }

    /// Adds an event, durable on return. Where that fails, the event is taken into account all the same, and the next one brings it along.
    pub(crate) fn append(&mut self, event: Event) -> Result<(), Error> {
        let line = self.line(&Record::from(&event))?;
        self.open.apply(event);
        if self.file.is_some() {
            return self.write(&line);
        }
        self.file = Some(self.create(&line)?);
        Ok(())
    }

    /// Writes what could not be written before.
    pub(crate) fn retry(&mut self) -> Result<(), Error> {
        self.write(&[])
    }

    /// Sees to it that the next record of usual length needs no new space on the disk.
    pub(crate) fn make_room(&mut self) -> Result<(), Error> {
        let io = |error| Error::Io(self.path.clone(), error);
        match &mut self.file {
            None => return Ok(()),
            Some(tail) if tail.end + ANSWER as u64 > tail.size => {
                tail.file
                    .write_at(tail.size, &vec![b'\n'; format::ROOM])
                    .map_err(io)?;
                tail.size += format::ROOM as u64;
            }
            Some(_) => (),
        }
        Ok(())
    }

    /// Removes the journal: nothing is unfinished.
    pub(crate) fn close(&mut self) -> Result<(), Error> {
        if self.file.is_some() && !self.is_retained {
            self.home.remove(&self.path)?;
            self.file = None;
        }
        self.open = OpenWork::default();
        Ok(())
    }

    /// Keeps the file beyond [`Events::close`]: the pair that it speaks of is still to be handed out.
    pub(crate) fn retain(&mut self) {
        self.is_retained = true;
    }

    /// The pair was handed out: a file with nothing unfinished goes.
    pub(crate) fn release(&mut self) -> Result<(), Error> {
        self.is_retained = false;
        if self.open.is_empty() {
            self.close()?;
        }
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> Result<(), Error> {
        let Some(tail) = &mut self.file else {
            return Ok(());
        };
        tail.owed.extend_from_slice(line);
        let written = tail.file.write_at(tail.end, &tail.owed);
        written.map_err(|error| Error::Io(self.path.clone(), error))?;
        tail.end += tail.owed.len() as u64;
        tail.size = tail.size.max(tail.end);
        tail.owed.clear();
        Ok(())
    }

    fn line(&self, record: &Record) -> Result<Vec<u8>, Error> {
        format::line(record).map_err(|error| Error::Damaged(self.path.clone(), error.to_string()))
    }

    /// A new file has its first event, and room for the next.
    fn create(&self, event: &[u8]) -> Result<Tail, Error> {
        let mut bytes = self.line(&Record::Intent(Box::new(Intent::Now(self.header.clone()))))?;
        bytes.extend_from_slice(event);
        let end = bytes.len();
        bytes.resize(end.max(format::ROOM - ANSWER) + ANSWER, b'\n');
        let file = self.home.disk.replace_open(&self.path, &bytes);
        Ok(Tail {
            file: file.map_err(|error| Error::Io(self.path.clone(), error))?,
            end: end as u64,
            size: bytes.len() as u64,
            owed: Vec::new(),
        })
    }
}

impl Journal {
    /// Opens the owner's journal for what comes next; the caller holds the owner's lock. What it says is durable on return: after a kill
    /// it may have been in the page cache only. A torn last record is set aside in a file of its own. What version 1 wrote of pairs that
    /// are being restored is taken in.
    pub(crate) fn resume(&self, owner: &Owner) -> Result<Events, Error> {
        let path = self.file(&owner.key());
        let (open, file) = match self.home.bytes(&path)? {
            None => (OpenWork::default(), None),
            Some(bytes) => {
                let read = self.parsed(&path, &owner.key(), &bytes)?;
                (
                    read.work,
                    Some(self.tail(&path, owner, &bytes, read.end, read.torn)?),
                )
            }
        };
        let header = Header {
            version: Version,
            account_id: self.account.clone(),
            ram_user: owner.ram_user().cloned(),
        };
        let home = self.home.clone();
        let mut events = Events {
            home,
            path,
            header,
            open,
            file,
            is_retained: false,
        };
        self.take_in_restoring(owner, &mut events)?;
        Ok(events)
    }

    fn tail(
        &self,
        path: &std::path::Path,
        owner: &Owner,
        bytes: &[u8],
        end: usize,
        torn: Option<Vec<u8>>,
    ) -> Result<Tail, Error> {
        let io = |error| Error::Io(path.to_owned(), error);
        let file = match torn {
            None => self.home.disk.reopen(path).map_err(io)?,
            Some(torn) => {
                let aside = self
                    .folder()
                    .join(format!("torn-{}-{end}.bytes", owner.key()));
                self.home.disk.replace(&aside, &torn).map_err(io)?;
                let mut kept = bytes[..end].to_vec();
                kept.resize(bytes.len(), b'\n');
                self.home.disk.replace_open(path, &kept).map_err(io)?
            }
        };
        Ok(Tail {
            file,
            end: end as u64,
            size: bytes.len() as u64,
            owed: Vec::new(),
        })
    }
}
