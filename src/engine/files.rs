//! Claims on disk: which files there are, and reading them. With the report writers, the only code that touches files.
//!
//! [`scan`] opens nothing, so that listing names stays cheap; [`Scan::library`] reads everything, [`Scan::claim`] only what
//! one claim needs. What a file is follows from its place alone (see [`crate::claim::library`]). Folders may be hostile: depth,
//! number and size are capped, a folder that leads into itself is not entered again, and only regular files are opened.
//!
//! A link is a file, or a folder, of its own, at the place where it lies: the same file at the same place is one, however it is named.

use crate::claim::diagnostic::{Diagnostic, Diagnostics};
use crate::claim::library::{ClaimFile, Library, LoadedClaim, Role, within};
use crate::claim::load::MAX_BYTES;
use crate::claim::model::{ClaimId, Paper, Place, Source};
use crate::engine::regular;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most files of claims that are read.
const MOST_FILES: usize = 10_000;
/// The most entries of folders that are looked at to find them.
const MOST_ENTRIES: usize = 200_000;
/// Claims lie two folders deep, settings three.
const DEEPEST: usize = 8;

/// Why claims could not be looked for.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is neither a file nor a folder", path.display())]
    Neither { path: PathBuf },
    #[error("more than {MOST_FILES} files under {}: name a smaller folder", path.display())]
    TooManyFiles { path: PathBuf },
    #[error("folders under {} are nested deeper than {DEEPEST}: name a smaller folder", path.display())]
    TooDeep { path: PathBuf },
}

/// The files under some paths, none of them opened.
#[derive(Debug, Default)]
pub struct Scan {
    root: PathBuf,
    files: Vec<Found>,
    /// Papers of which every file is here.
    whole: BTreeSet<String>,
    /// Whether a folder of papers was scanned, so that a paper that is not here does not exist.
    all_papers: bool,
}

/// Where files really are, and their places in the library: the same file named twice, or by a folder and by itself, is one file; a link to
/// it from another place is another.
type Seen = BTreeSet<(PathBuf, PathBuf)>;

#[derive(Clone, Debug)]
struct Found {
    path: PathBuf,
    within: PathBuf,
    role: Role,
}

/// Finds the files of claims under these files and folders.
pub fn scan(paths: &[PathBuf]) -> Result<Scan, FilesError> {
    let mut scan = Scan { root: paths.first().cloned().unwrap_or_default(), ..Scan::default() };
    let mut seen = Seen::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(unreadable(path))?;
        if metadata.is_dir() {
            scan.folder(path, &mut seen)?;
        } else if metadata.is_file() {
            scan.file(path, &mut seen)?;
        } else {
            return Err(FilesError::Neither { path: path.clone() });
        }
    }
    scan.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(scan)
}

impl Scan {
    /// Ids and paths of all claims, sorted by id. Two files of one id are two entries.
    pub fn claims(&self) -> Vec<(&ClaimId, &Path)> {
        let claims = self.files.iter().filter_map(|found| match &found.role {
            Role::Claim(id) => Some((id, found.path.as_path())),
            _ => None,
        });
        let mut claims: Vec<_> = claims.collect();
        claims.sort();
        claims
    }

    /// Whether a claim of this id would be among these files, if there were one.
    pub fn covers(&self, id: &ClaimId) -> bool {
        self.all_papers || self.whole.contains(id.paper())
    }

    /// Whether all papers that there are would be here, and those of which every claim would.
    pub fn whole(&self) -> (bool, impl Iterator<Item = &str>) {
        (self.all_papers, self.whole.iter().map(String::as_str))
    }

    /// The files that are read of these, and the places of witnesses, though there be none.
    pub fn reads(&self) -> impl Iterator<Item = PathBuf> {
        let found = self.files.iter().filter(|found| found.role != Role::Other);
        found.flat_map(|found| {
            let witness = matches!(found.role, Role::Claim(_)).then(|| witness_path(&found.path));
            std::iter::once(found.path.clone()).chain(witness)
        })
    }

    /// Reads everything.
    pub fn library(&self) -> Result<Library, Diagnostics> {
        self.assemble(|_| true, &|paper| self.all_papers || self.whole.contains(paper))
    }

    /// Reads one claim, with the settings and the citation of its paper; `None` if there is none of this id.
    pub fn claim(&self, id: &str) -> Option<(LoadedClaim, Option<Paper>)> {
        let paper = ClaimId(id.to_owned()).paper().to_owned();
        let wanted = |role: &Role| match role {
            Role::Claim(other) => other.0 == id,
            Role::Setting { paper: other, .. } => *other == paper,
            Role::Paper(other) => *other == paper,
            Role::Misplaced | Role::Other => false,
        };
        let library = self.assemble(wanted, &|_| false);
        match library {
            Ok(library) => {
                let citation = library.papers.get(&paper).cloned();
                library.claims.into_iter().find(|claim| claim.id.0 == id).map(|claim| (claim, citation))
            }
            // No claim file could be read: it is not there, or it is and cannot be opened.
            Err(errors) => {
                let (id, path) = self.claims().into_iter().find(|(other, _)| other.0 == id)?;
                let path = path.to_owned();
                Some((LoadedClaim { id: id.clone(), path, claim: Err(errors) }, None))
            }
        }
    }

    fn assemble(&self, wanted: impl Fn(&Role) -> bool, whole: &dyn Fn(&str) -> bool) -> Result<Library, Diagnostics> {
        let mut unreadable = Vec::new();
        let mut files = Vec::new();
        for found in self.files.iter().filter(|found| wanted(&found.role)) {
            match read(&found.path) {
                Ok(bytes) => {
                    let (path, within) = (found.path.clone(), found.within.clone());
                    let witness = matches!(found.role, Role::Claim(_)).then(|| witness_path(&path));
                    let witness = witness.and_then(|path| match read(&path) {
                        Ok(bytes) => Some((path, bytes)),
                        Err(error) => {
                            // Most claims have none.
                            if fs::symlink_metadata(&path).is_ok() {
                                unreadable.push(cannot_read(&path, &error));
                            }
                            None
                        }
                    });
                    files.push(ClaimFile { path, within, bytes, witness });
                }
                Err(error) => unreadable.push(cannot_read(&found.path, &error)),
            }
        }
        match Library::assemble(&self.root, files, whole) {
            Ok(mut library) => {
                library.problems.extend(unreadable);
                Ok(library)
            }
            Err(_) if !unreadable.is_empty() => {
                Err(Diagnostics(unreadable.into_iter().flat_map(|errors| errors.0).take(Diagnostics::MOST).collect()))
            }
            Err(nothing) => Err(nothing),
        }
    }

    /// A file that was named by itself: its paper's citation and settings come with it.
    fn file(&mut self, path: &Path, seen: &mut Seen) -> Result<(), FilesError> {
        let absolute = std::path::absolute(path).map_err(unreadable(path))?;
        self.add(path, within(&absolute), seen)?;
        let Some(folder) = path.parent() else { return Ok(()) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let paper = ClaimId(within(&absolute).to_string_lossy().into_owned()).paper().to_owned();
        if paper.is_empty() {
            return Ok(());
        }
        let mut beside = vec![folder.join("paper.toml")];
        // No settings, no entries: most papers have none.
        if let Ok(entries) = entries(&folder.join("settings")) {
            beside.extend(entries.into_iter().take(MOST_FILES));
        }
        for path in beside.into_iter().filter(|path| fs::symlink_metadata(path).is_ok() && is_toml(path)) {
            let absolute = std::path::absolute(&path).map_err(unreadable(&path))?;
            self.add(&path, within(&absolute), seen)?;
        }
        Ok(())
    }

    fn folder(&mut self, root: &Path, seen: &mut Seen) -> Result<(), FilesError> {
        // `.` and `..` have a name only once they are resolved.
        let named = match root.file_name() {
            Some(_) => std::path::absolute(root).map_err(unreadable(root))?,
            None => fs::canonicalize(root).map_err(unreadable(root))?,
        };
        let mut looked_at = 0;
        // Each with the folders above it, as they are really called.
        let mut left = vec![(root.to_owned(), PathBuf::new(), Vec::new())];
        while let Some((folder, inside, mut above)) = left.pop() {
            if inside.iter().count() > DEEPEST {
                return Err(FilesError::TooDeep { path: root.to_owned() });
            }
            let real = fs::canonicalize(&folder).map_err(unreadable(&folder))?;
            // A link to where it came from.
            if above.iter().any(|above: &PathBuf| above.starts_with(&real)) {
                continue;
            }
            above.push(real);
            for path in entries(&folder)? {
                looked_at += 1;
                if looked_at > MOST_ENTRIES {
                    return Err(FilesError::TooManyFiles { path: root.to_owned() });
                }
                let Some(name) = path.file_name().map(ToOwned::to_owned) else { continue };
                if name.to_string_lossy().starts_with('.') {
                    continue;
                }
                let inside = inside.join(&name);
                // What is named as a claim file and is none (a folder, a pipe, a link to nowhere) is told when it is read.
                if is_toml(&path) {
                    self.inside(&named, path, inside, seen)?;
                } else if fs::metadata(&path).is_ok_and(|there| there.is_dir()) {
                    left.push((path, inside, above.clone()));
                }
            }
        }
        Ok(())
    }

    /// A file of a scanned folder. Those directly in it belong to it as their paper, if it is one; those deeper say themselves
    /// which paper is theirs.
    fn inside(&mut self, root: &Path, path: PathBuf, inside: PathBuf, seen: &mut Seen) -> Result<(), FilesError> {
        let depth = inside.iter().count();
        let in_paper = depth == 1 || (depth == 2 && inside.starts_with("settings"));
        let within = if in_paper { within(&root.join(&inside)) } else { inside };
        if let Role::Claim(id) = Role::of(&within) {
            self.all_papers |= !in_paper;
            self.whole.insert(id.paper().to_owned());
        }
        self.add(&path, within, seen)
    }

    fn add(&mut self, path: &Path, within: PathBuf, seen: &mut Seen) -> Result<(), FilesError> {
        // A link to nowhere has but the name it has here.
        let name = fs::canonicalize(path).or_else(|_| std::path::absolute(path)).map_err(unreadable(path))?;
        if !seen.insert((name, within.clone())) {
            return Ok(());
        }
        if self.files.len() == MOST_FILES {
            return Err(FilesError::TooManyFiles { path: self.root.clone() });
        }
        let role = Role::of(&within);
        self.files.push(Found { path: path.to_owned(), within, role });
        Ok(())
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> FilesError + use<> {
    let path = path.to_owned();
    |source| FilesError::Unreadable { path, source }
}

/// The name of an index in its folder of papers.
pub const INDEX: &str = "index.tsv";

/// The index of a folder of papers, and where it is.
///
/// # Errors
/// If there is none that can be read.
pub fn index(folder: &Path) -> Result<(PathBuf, Vec<u8>), FilesError> {
    let path = folder.join(INDEX);
    let bytes = read(&path).map_err(unreadable(&path))?;
    Ok((path, bytes))
}

/// Where the witness of the claim in this file is, if it has one.
pub fn witness_path(claim: &Path) -> PathBuf {
    claim.with_extension("witness.json")
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// What lies in a folder, sorted: the order of a file system is not an order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let entries: io::Result<Vec<PathBuf>> =
        fs::read_dir(folder).and_then(|all| all.take(MOST_ENTRIES + 1).map(|entry| Ok(entry?.path())).collect());
    let mut entries = entries.map_err(unreadable(folder))?;
    entries.sort();
    Ok(entries)
}

/// A file's bytes; of one that is too long, just enough for the loader to say so.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    regular::up_to(path, MAX_BYTES as u64).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if fs::symlink_metadata(path).is_ok() => io::Error::other("a link to nowhere"),
        _ => error,
    })
}

fn cannot_read(path: &Path, error: &io::Error) -> Diagnostics {
    let source = Arc::new(Source { path: path.to_owned(), text: "".into() });
    Diagnostic::new(Place::file(&source), "the file cannot be read", error.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("theoremcheck-files-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn ids(&self, paths: &[&str]) -> Vec<String> {
            let paths: Vec<PathBuf> = paths.iter().map(|path| self.0.join(path)).collect();
            scan(&paths).unwrap().claims().iter().map(|(id, _)| id.0.clone()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const CLAIM: &str = "title = \"t\"\nat = \"a\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x >= 0\"\n";
    const PAPER: &str = "title = \"T\"\nauthors = [\"A\"]\nyear = 2021\n";

    #[test]
    fn a_claim_has_one_id_however_it_is_named() {
        let folder = Folder::new("id");
        folder.write("claims/p/a.toml", CLAIM);
        folder.write("claims/p/paper.toml", PAPER);
        folder.write("claims/p/settings/s.toml", "[given]\nz = \"real in [0, 1]\"\n");
        folder.write("claims/p/a.witness.json", "{}");
        folder.write("claims/loose.toml", CLAIM);
        folder.write("claims/.hidden/q.toml", CLAIM);
        assert_eq!(folder.ids(&["claims"]), ["loose", "p/a"]);
        for paths in [&["claims/p"][..], &["claims/p/a.toml"], &["claims/p/../p"], &["claims/p", "claims/p/a.toml"]] {
            assert_eq!(folder.ids(paths), ["p/a"], "{paths:?}");
        }
    }

    #[test]
    fn one_claim_comes_with_its_setting_and_its_paper() {
        let folder = Folder::new("one");
        folder.write("claims/p/a.toml", &format!("setting = \"s\"\n{CLAIM}"));
        folder.write("claims/p/broken.toml", "no claim");
        folder.write("claims/p/paper.toml", PAPER);
        folder.write("claims/p/settings/s.toml", "[given]\nz = \"real in [0, 1]\"\n");
        for path in ["claims", "claims/p", "claims/p/a.toml"] {
            let scan = scan(&[folder.0.join(path)]).unwrap();
            let (loaded, paper) = scan.claim("p/a").unwrap();
            assert_eq!(loaded.claim.unwrap().givens.len(), 2, "{path}");
            assert_eq!(paper.map(|paper| paper.year), Some(2021));
            assert!(scan.claim("p/b").is_none());
        }
        let library = scan(&[folder.0.join("claims")]).unwrap().library().unwrap();
        assert_eq!(library.claims.iter().filter(|claim| claim.claim.is_err()).count(), 1);
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let folder = Folder::new("long");
        folder.write("claims/p/a.toml", &"#".repeat(3 * MAX_BYTES));
        let (loaded, _) = scan(&[folder.0.join("claims")]).unwrap().claim("p/a").unwrap();
        let message = loaded.claim.unwrap_err().to_string();
        assert!(message.contains("at most 1 MiB"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_end_and_links_to_nowhere_are_told() {
        let folder = Folder::new("links");
        folder.write("claims/p/a.toml", CLAIM);
        std::os::unix::fs::symlink("../..", folder.0.join("claims/p/up")).unwrap();
        std::os::unix::fs::symlink("absent.toml", folder.0.join("claims/p/b.toml")).unwrap();
        std::os::unix::fs::symlink("absent", folder.0.join("claims/p/notes.md")).unwrap();
        assert_eq!(folder.ids(&["claims"]), ["p/a", "p/b"]);
        let library = scan(&[folder.0.join("claims")]).unwrap().library().unwrap();
        assert_eq!(library.claims.len(), 1);
        let [problem] = &library.problems[..] else { panic!("{:?}", library.problems) };
        assert!(problem.render(100, false).contains("a link to nowhere"), "{problem:?}");
    }

    #[cfg(unix)]
    #[test]
    fn the_same_place_named_twice_is_one_and_a_link_is_another() {
        let folder = Folder::new("places");
        folder.write("claims/p/a.toml", CLAIM);
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, folder.0.join(name)).unwrap();
        link("a.toml", "claims/p/b.toml");
        link("p", "claims/q");
        link("claims", "again");
        assert_eq!(folder.ids(&["claims"]), ["p/a", "p/b", "q/a", "q/b"]);
        assert_eq!(folder.ids(&["claims", "again", "claims/p/b.toml"]), ["p/a", "p/b", "q/a", "q/b"]);
        // Two folders that lead into each other.
        link("../r", "claims/p/r");
        folder.write("claims/r/c.toml", CLAIM);
        link("../p", "claims/r/p");
        let scan = scan(&[folder.0.join("claims")]).unwrap();
        assert!(scan.claims().iter().any(|(id, _)| id.0 == "r/c"));
    }

    #[test]
    fn folders_nested_without_end_are_refused() {
        let folder = Folder::new("deep");
        folder.write(&format!("claims/{}a.toml", "d/".repeat(20)), CLAIM);
        assert!(matches!(scan(&[folder.0.join("claims")]), Err(FilesError::TooDeep { .. })));
    }

    #[test]
    fn an_empty_folder_and_a_path_that_is_not_there_are_errors() {
        let folder = Folder::new("empty");
        let errors = scan(std::slice::from_ref(&folder.0)).unwrap().library().unwrap_err();
        assert!(errors.to_string().contains("no claims here"), "{errors}");
        let error = scan(&[folder.0.join("absent")]).unwrap_err();
        assert!(error.to_string().contains("absent: No such file"), "{error}");
    }
}
