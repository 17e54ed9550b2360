//! A cable to the database that can be cut.

use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes bytes on to a PostgreSQL server while it is whole.
pub struct Cable {
    switch: watch::Sender<bool>,
    /// The database at the other end, through the cable.
    pub url: String,
}

impl Cable {
    /// To the database of a URL.
    pub async fn to(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let (login, rest) = rest.split_once('@').unwrap_or(("", rest));
        let (host, path) = rest.split_once('/').expect("a database");
        let target = if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:5432")
        };
        let (switch, whole) = watch::channel(true);
        let address = pass_on(target, whole).await;
        let url = format!("{scheme}://{login}@{address}/{path}");
        Self { switch, url }
    }

    /// Nothing passes any more; nobody is told.
    pub fn cut(&self) {
        self.switch.send_replace(false);
    }

    /// New connections pass.
    pub fn mend(&self) {
        self.switch.send_replace(true);
    }
}

async fn is_cut(mut whole: watch::Receiver<bool>) {
    let _ = whole.wait_for(|whole| !*whole).await;
}

async fn pass_on(target: String, whole: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (target, mut whole) = (target.clone(), whole.clone());
            tokio::spawn(async move {
                if whole.wait_for(|whole| *whole).await.is_err() {
                    return;
                }
                let mut server = TcpStream::connect(target).await.expect("the server");
                tokio::select! {
                    _ = copy_bidirectional(&mut client, &mut server) => {}
                    // Keeps the sockets and lets nothing through.
                    () = is_cut(whole) => tokio::time::sleep(Duration::from_secs(60)).await,
                }
            });
        }
    });
    address
}
