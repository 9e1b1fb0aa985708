//! The site in a real browser: Chromium, headless, without a network. Every page opens without an error on the console, none is
//! wider than a telephone, and no word in a drawing is cut or lies on another, narrow or wide.
//!
//! Where there is no Chromium the test is left out, and says so; with `THEOREMCHECK_CHROMIUM` set that is a failure. `THEOREMCHECK_SITE` names the
//! folder of another site to be opened, too.

mod site;

use site::{Planted, files};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A telephone's width, in the units of style, and that of a screen.
const NARROW: u32 = 390;
const WIDE: u32 = 1280;

/// Pages that are opened by one browser.
const BATCH: usize = 100;

fn chromium() -> Option<&'static str> {
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find(there);
    if found.is_none() {
        assert!(env::var_os("THEOREMCHECK_CHROMIUM").is_none(), "there is no Chromium");
        eprintln!("left out: there is no Chromium");
    }
    found
}

/// Words in a drawing that stick out of it, or lie on each other.
const LABELS: &str = "
function labels(page) {
  const wrong = [];
  for (const svg of page.querySelectorAll('svg')) {
    const around = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]).filter(w => w[1].width > 0);
    words.forEach(([text, a], i) => {
      if (a.left < around.left - 1 || a.right > around.right + 1 || a.top < around.top - 1 || a.bottom > around.bottom + 1)
        wrong.push(text + ' is cut');
      for (const [other, b] of words.slice(0, i)) {
        const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        // A line of letters has room above and below them.
        if (over > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3) wrong.push(text + ' lies on ' + other);
      }
    });
  }
  return wrong;
}
";

/// What a browser had to say of some pages of a site: a line on the console each, each page that is too wide or empty, and labels that cannot be read.
fn complaints(browser: &str, root: &Path, pages: &[String]) -> Vec<String> {
    // A script of this test's own opens one page after the other in a frame of a telephone's width. It is not part of the site.
    let driver = root.join("driver-of-the-test.html");
    let list = serde_json::to_string(pages).unwrap();
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><iframe id=\"f\" width=\"{NARROW}\" height=\"800\" style=\"border:0\"></iframe><pre id=\"o\"></pre><script>\n\
         const pages = {list}, out = document.getElementById('o'), frame = document.getElementById('f');\n\
         {LABELS}\n\
         let i = -1;\n\
         frame.onload = () => {{\n\
           if (i >= 0) {{\n\
             const page = frame.contentDocument.documentElement;\n\
             const words = frame.contentDocument.body.innerText.trim().length;\n\
             out.textContent += 'OPENED ' + pages[i] + ' WIDE ' + page.scrollWidth + ' WORDS ' + words + '\\n';\n\
             for (const width of [{NARROW}, {WIDE}]) {{\n\
               frame.width = width;\n\
               for (const what of labels(page)) out.textContent += 'LABEL ' + pages[i] + ' at ' + width + ': ' + what + '\\n';\n\
             }}\n\
             frame.width = {NARROW};\n\
           }}\n\
           if (++i < pages.length) frame.src = pages[i]; else out.textContent += 'DONE\\n';\n\
         }};\n\
         frame.src = 'about:blank';\n\
         </script>"
    );
    fs::write(&driver, html).unwrap();
    let profile = tempfile(root);
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--allow-file-access-from-files",
        ])
        .args([
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=600000",
            "--dump-dom",
            "--window-size=1280,900",
        ])
        // Nothing answers: what would be loaded from elsewhere is an error on the console.
        .args(["--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", fs::canonicalize(&driver).unwrap().display()))
        .output()
        .unwrap();
    fs::remove_file(&driver).unwrap();
    let _ = fs::remove_dir_all(&profile);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mut wrong: Vec<String> =
        stderr.lines().filter(|line| line.contains(":CONSOLE")).map(|line| line.to_owned()).collect();
    wrong.extend(stdout.lines().filter_map(|line| line.strip_prefix("LABEL ")).map(str::to_owned));
    for page in pages {
        let line =
            stdout.lines().find_map(|line| line.split_once(&format!("OPENED {page} WIDE ")).map(|(_, rest)| rest));
        let numbers = line.and_then(|rest| rest.split_once(" WORDS "));
        match numbers.and_then(|(wide, words)| Some((wide.parse::<u32>().ok()?, words.trim().parse::<u32>().ok()?))) {
            None => wrong.push(format!("{page} was not opened")),
            Some((wide, _)) if wide > NARROW => wrong.push(format!("{page} is {wide} wide")),
            Some((_, words)) if words < 40 => wrong.push(format!("{page} has {words} characters")),
            Some(_) => {}
        }
    }
    wrong
}

/// A profile of this run's own, so that browsers beside it are not in its way.
fn tempfile(root: &Path) -> std::path::PathBuf {
    root.parent().unwrap_or(root).join(format!("profile-{}", std::process::id()))
}

fn pages(root: &Path) -> Vec<String> {
    files(root).into_iter().filter(|file| file.ends_with(".html")).collect()
}

#[test]
fn every_page_opens_without_an_error_and_fits_a_telephone() {
    let Some(browser) = chromium() else { return };
    let planted = Planted::new("browser");
    let root = planted.folder.join("site");
    assert_eq!(complaints(browser, &root, &pages(&root)), Vec::<String>::new());

    // What is wrong is noticed: a script that the policy refuses, something from elsewhere, a page that is too wide, labels that
    // cannot be read, a page that is not there.
    let page = planted.read("site/errata.html");
    let bad = page.replace(
        "<main>",
        "<main><script>1</script><img src=\"https://example.org/x.png\"><div style=\"width:900px\">wide</div>\
         <svg width=\"99\" height=\"40\"><text x=\"90\" y=\"20\">far</text><text x=\"9\" y=\"20\">one</text><text x=\"12\" y=\"20\">two</text></svg>",
    );
    fs::write(root.join("bad.html"), bad).unwrap();
    let wrong = complaints(browser, &root, &["bad.html".to_owned(), "absent.html".to_owned()]);
    for what in ["script", "example.org", "bad.html is 9", "far is cut", "two lies on one"] {
        assert!(wrong.iter().any(|line| line.contains(what)), "{what}: {wrong:?}");
    }
    assert!(wrong.iter().any(|line| line.starts_with("absent.html")), "{wrong:?}");
}

#[test]
fn so_does_every_page_of_the_site_that_is_named() {
    let Some(root) = env::var_os("THEOREMCHECK_SITE") else { return };
    let Some(browser) = chromium() else { return };
    let root = Path::new(&root);
    let all = pages(root);
    assert!(!all.is_empty(), "there is no page in {}", root.display());
    for some in all.chunks(BATCH) {
        assert_eq!(complaints(browser, root, some), Vec::<String>::new());
    }
}
