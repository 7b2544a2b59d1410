//! A world that says yes to everything and keeps nothing: what a fake becomes that nobody holds to a contract.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft::time::Span;
use weft::world::{
    Account, Command, Fault, Look, ModeBits, Output, Put, Request, Response, Service, ServiceAct,
    Stat, Unit, World,
};

pub struct Yes;

fn ended() -> Output {
    Output {
        status: 0,
        stdout: Vec::new(),
        stderr: Vec::new(),
        both: Vec::new(),
        cut: 0,
    }
}

impl Look for Yes {
    fn stat(&self, _: &Path) -> Result<Option<Stat>, Fault> {
        Ok(None)
    }
    fn read(&self, _: &Path, _: u64) -> Result<Arc<[u8]>, Fault> {
        Ok(Arc::from([]))
    }
    fn list(&self, _: &Path) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }
    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        Ok(path.to_owned())
    }
    fn me(&self) -> Result<Account, Fault> {
        Ok(Account {
            name: String::new(),
            uid: 0,
            gid: 0,
            groups: Vec::new(),
            home: PathBuf::new(),
        })
    }
    fn user(&self, _: &str) -> Result<Option<Account>, Fault> {
        self.me().map(Some)
    }
    fn group(&self, _: &str) -> Result<Option<u32>, Fault> {
        Ok(Some(0))
    }
    fn name_of(&self, _: u32, _: bool) -> Result<String, Fault> {
        Ok(String::new())
    }
    fn ask(&self, _: &Command) -> Result<Output, Fault> {
        Ok(ended())
    }
    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        Err(Fault::Net(request.url.clone(), "nobody asks for it".into()))
    }
    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        Err(Fault::Service(unit.name.clone()))
    }
    fn units(&self, _: bool) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }
    fn hostname(&self) -> String {
        String::new()
    }
    fn straight(&self) -> Arc<dyn Look> {
        Arc::new(Yes)
    }
    fn can_write(&self, _: &Path) -> Result<(), Fault> {
        Ok(())
    }
}

impl World for Yes {
    fn put(&self, _: &Put) -> Result<(), Fault> {
        Ok(())
    }
    fn make_dir(&self, _: &Path, _: ModeBits) -> Result<(), Fault> {
        Ok(())
    }
    fn make_link(&self, _: &Path, _: &Path) -> Result<(), Fault> {
        Ok(())
    }
    fn remove(&self, _: &Path) -> Result<(), Fault> {
        Ok(())
    }
    fn exchange(&self, _: &Path, _: &Path) -> Result<(), Fault> {
        Ok(())
    }
    fn set_mode(&self, _: &Path, _: ModeBits) -> Result<(), Fault> {
        Ok(())
    }
    fn set_owner(&self, _: &Path, _: Option<u32>, _: Option<u32>) -> Result<(), Fault> {
        Ok(())
    }
    fn run(&self, _: &Command) -> Result<Output, Fault> {
        Ok(ended())
    }
    fn act(&self, _: &Unit, _: ServiceAct) -> Result<(), Fault> {
        Ok(())
    }
    fn pause(&self, _: Span) -> Result<(), Fault> {
        Ok(())
    }
    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        Ok(vec![0; bytes])
    }
}
