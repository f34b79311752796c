//! A real S3 server on this machine, and the tests that race against it.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{files, toolchain};

/// MinIO, by the version of its Go module: it takes `If-None-Match: *` under the lock of the object.
const MINIO: &str = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names of the secrets of this throw-away server, and their values.
const CREDENTIALS: [(&str, &str); 4] = [
    ("MINIO_ROOT_USER", "cenote-test"),
    ("MINIO_ROOT_PASSWORD", "cenote-test"),
    ("AWS_ACCESS_KEY_ID", "cenote-test"),
    ("AWS_SECRET_ACCESS_KEY", "cenote-test"),
];

/// Starts a server with the bucket `cenote` and runs the tests that need one. Errors: there is no server, or a test fails.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let server = Server::start(&minio(shell)?)?;
    cmd!(shell, "cargo test -p cenote-tests --features s3 --test s3_committers")
        .env("CENOTE_S3_ENDPOINT", &server.endpoint)
        .envs(CREDENTIALS)
        .run()?;
    Ok(())
}

/// The program, built once.
fn minio(shell: &Shell) -> Result<PathBuf> {
    let folder = files::target_dir().join("s3-server");
    let program = folder.join("minio");
    if !program.is_file() {
        let go = toolchain::go(shell)?;
        cmd!(shell, "{go} install {MINIO}").env("GOBIN", &folder).env("CGO_ENABLED", "0").run()?;
    }
    Ok(program)
}

/// A running server; ends when dropped.
struct Server {
    child: Child,
    endpoint: String,
}

impl Server {
    fn start(program: &Path) -> Result<Self> {
        let data = files::target_dir().join("s3-data");
        files::fresh_dir(&data)?;
        // A folder at the top is a bucket.
        std::fs::create_dir(data.join("cenote"))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let log = std::fs::File::create(files::target_dir().join("s3-server.log"))?;
        let child = Command::new(program)
            .args(["server", "--quiet", "--address", &address])
            .arg(&data)
            .envs(CREDENTIALS)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .spawn()
            .with_context(|| program.display().to_string())?;
        let server = Server { child, endpoint: format!("http://{address}") };
        server.wait(&address)?;
        Ok(server)
    }

    fn wait(&self, address: &str) -> Result<()> {
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if started.elapsed() > PATIENCE {
                bail!("the S3 server does not listen on {address}: see s3-server.log in the target folder");
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
