//! The table of what a figure shows, as CSV (RFC 4180): a line for each point of each curve.

use crate::check::figure::Drawn;
use std::fmt::Write;

/// `plot,curve,x,y`; numbers have seven digits.
pub fn csv(panels: &[Drawn]) -> String {
    let mut out = "plot,curve,x,y\n".to_owned();
    for panel in panels {
        for curve in &panel.curves {
            for (x, y) in &curve.points {
                let _ = writeln!(out, "{},{},{},{}", quoted(&panel.name), quoted(&curve.label), number(*x), number(*y));
            }
        }
    }
    out
}

/// A whole number as it is, any other in seven digits.
fn number(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 { format!("{x:.0}") } else { format!("{x:.6e}") }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::figure::Curve;

    #[test]
    fn a_table_has_a_line_for_each_point() {
        let curve = |label: &str, points| Curve { label: label.into(), colour: 0, dash: 0, points };
        let panel = Drawn {
            name: "loss".into(),
            title: None,
            x_label: "t".into(),
            y_label: None,
            log: (false, false),
            x_range: None,
            y_range: None,
            curves: vec![curve("α = 1, \"a\"", vec![(0.0, 0.5), (10.0, 1.0 / 3.0)]), curve("", vec![(-0.0, 1e300)])],
            marked: false,
        };
        let wanted = "plot,curve,x,y\nloss,\"α = 1, \"\"a\"\"\",0,5.000000e-1\nloss,\"α = 1, \"\"a\"\"\",10,3.333333e-1\nloss,,-0,1.000000e300\n";
        assert_eq!(csv(&[panel]), wanted);
    }
}
