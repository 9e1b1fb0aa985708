//! Mutants of a claim: the same statement with one thing changed.
//!
//! They tell what each constant, term, sign, comparison and hypothesis is worth: if a claim that asks more survives the same
//! hunt, either the thing changed is not needed or the hunt would not have noticed. Changes are made on the syntax tree, so a
//! mutant is a claim like any other. Not changed: indices, sizes, the names of things, units of margins, `[scaling]`.

use super::effect::{Effect, Influence, Site, constant, is_sum, sites};
use super::entries::{Entry, Table, entries};
use super::mutant::{Kind, Mutant, Mutants, Options, Strength};
use super::range::{Ranges, Sign};
use super::sites::{Part, is_logical, replaced};
use super::widen::{Widening, widenings};
use crate::claim::model::{Claim, Place};
use crate::claim::program::Program;
use crate::lang::ast::{BinaryOp, Clause, Comparison, Expr, ExprKind, Quantifier, Sampler};
use crate::lang::print::source;
use crate::lang::span::Span;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::collections::HashSet;

/// All mutants of a claim, each once, those that are no well-formed claims left out.
pub fn mutants(claim: &Claim, options: &Options) -> Mutants {
    let mut maker = Maker::new(claim, options);
    for index in 0..claim.givens.len() {
        maker.given(index);
    }
    for entry in entries(claim) {
        maker.entry(&entry);
    }
    maker.finish()
}

struct Maker<'a> {
    claim: &'a Claim,
    options: &'a Options,
    ranges: Ranges,
    influence: Influence,
    seen: HashSet<(&'static str, String, String)>,
    made: Vec<Mutant>,
}

/// Found mutants that are followed up; a longer claim is cut there.
const MOST_FOUND: usize = 20_000;

impl<'a> Maker<'a> {
    fn new(claim: &'a Claim, options: &'a Options) -> Self {
        let ranges = Ranges::new(claim);
        let mut influence = Influence::default();
        let all = entries(claim);
        for entry in &all {
            let effect = match entry.table {
                table if table.is_conclusion() => Effect::Easier,
                table if table.is_hypothesis() => Effect::Harder,
                // A run's state comes back in every step.
                Table::State | Table::Step => Effect::Unknown,
                _ => continue,
            };
            influence.note(&entry.named.value, effect, &ranges);
        }
        if let Some(path) = &claim.trajectory {
            let more = path.first.iter().chain(&path.until).chain([&path.steps]);
            more.for_each(|e| influence.note(&e.value, Effect::Unknown, &ranges));
        }
        if let Some(flow) = &claim.flow {
            let more = flow.first.iter().chain(&flow.until).chain([&flow.end]);
            more.for_each(|e| influence.note(&e.value, Effect::Unknown, &ranges));
        }
        // Uses come after definitions, so definitions are opened from the last to the first.
        for table in [Table::PathLet, Table::Let] {
            for entry in all.iter().rev().filter(|e| e.table == table) {
                if let Some(effect) = influence.of(&entry.named.name) {
                    influence.note(&entry.named.value, effect, &ranges);
                }
            }
        }
        for given in claim.givens.iter().rev() {
            match (&given.value.kind, influence.of(&given.name)) {
                (Sampler::Value(e), Some(effect)) => influence.note(e, effect, &ranges),
                (Sampler::Value(_), None) => {}
                (sampler, _) => {
                    // Whatever stands in a sampler changes what the claim is about.
                    super::widen::expressions(sampler).for_each(|e| influence.note(e, Effect::Unknown, &ranges));
                }
            }
        }
        Self { claim, options, ranges, influence, seen: HashSet::new(), made: Vec::new() }
    }

    /// Takes a mutant in, unless it was made before.
    #[expect(clippy::too_many_arguments, reason = "what a mutant is, piece by piece")]
    fn push(
        &mut self,
        kind: Kind,
        strength: Strength,
        at: (Table, &str, Place),
        was: String,
        is: &str,
        claim: Claim,
        key: String,
    ) {
        let (table, name, place) = at;
        if self.made.len() < MOST_FOUND
            && self.seen.insert((table.name(self.claim.flow.is_some()), name.to_owned(), key))
        {
            let entry = format!("[{}] {name}", table.name(self.claim.flow.is_some()));
            self.made.push(Mutant { kind, strength, entry, place, was, is: is.to_owned(), claim });
        }
    }

    fn given(&mut self, index: usize) {
        let given = &self.claim.givens[index];
        let program_int = |name: &str| {
            let Ok(program) = Program::new(self.claim) else { return true };
            let node = program.givens.iter().find(|g| g.name == name).map(|g| program.graph.node(g.node).op.clone());
            matches!(node, Some(crate::lang::ir::Op::Int(id)) if program.structural.contains(&id))
        };
        // The range of a size is where the claim is looked at, not what it says.
        if matches!(given.value.kind, Sampler::Int { .. }) && program_int(&given.name) {
            return;
        }
        for Widening { sampler, span, was, is } in widenings(&given.value.kind, &self.options.factor, &self.ranges) {
            let mut claim = self.claim.clone();
            claim.givens[index].value.kind = sampler;
            let place = given.place.within(span);
            let key = format!("{span:?} {is}");
            self.push(Kind::Interval, Strength::Stronger, (Table::Given, &given.name, place), was, &is, claim, key);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let Entry { table, index, named } = entry;
        // The room of a constant is no statement that anybody made.
        let room = |constant: &crate::claim::model::Constant| table.is_conclusion() && constant.name == named.name;
        if self.claim.constant.as_ref().is_some_and(room) {
            return;
        }
        let effect = match table {
            table if table.is_conclusion() => Effect::Easier,
            table if table.is_hypothesis() => Effect::Harder,
            Table::State | Table::Step => Effect::Unknown,
            // A name that nothing uses says nothing.
            _ => match self.influence.of(&named.name) {
                Some(effect) => effect,
                None => return,
            },
        };
        if table.is_hypothesis() {
            let mut claim = self.claim.clone();
            if let Some(list) = table.of(&mut claim) {
                list.remove(*index);
            }
            let at = (*table, named.name.as_str(), named.place.clone());
            self.push(Kind::Hypothesis, Strength::Stronger, at, named.text.clone(), "", claim, String::new());
        }
        let e = &named.value;
        if table.is_conclusion() {
            self.guards(entry, e);
        }
        for site in sites(e, effect, &self.ranges) {
            if site.part == Part::Exponent {
                self.exponent(entry, &site);
            }
            if site.part != Part::Value {
                continue;
            }
            self.constant(entry, &site);
            if !table.is_hypothesis() {
                self.terms(entry, &site);
            }
            if table.is_conclusion() {
                self.comparisons(entry, &site);
            }
        }
    }

    /// The mutant that has another expression in a place of an entry.
    fn replace(
        &mut self,
        entry: &Entry,
        kind: Kind,
        strength: Strength,
        site: &Site<'_>,
        by: Expr,
        texts: Option<(String, String)>,
    ) {
        let (was, is) = texts.unwrap_or_else(|| (source(site.expr), source(&by)));
        if let Some(whole) = replaced(&entry.named.value, &site.path, by) {
            self.whole(entry, kind, strength, site.expr.span, (was, is), whole);
        }
    }

    /// The mutant that has another expression for an entry.
    fn whole(
        &mut self,
        entry: &Entry,
        kind: Kind,
        strength: Strength,
        span: Span,
        texts: (String, String),
        whole: Expr,
    ) {
        let Entry { table, index, named } = entry;
        let key = source(&whole);
        if key == source(&named.value) {
            return;
        }
        let mut claim = self.claim.clone();
        if *table == Table::Given {
            claim.givens[*index].value.kind = Sampler::Value(whole);
            claim.givens[*index].text.clone_from(&key);
        } else if let Some(list) = table.of(&mut claim) {
            list[*index].value = whole;
            list[*index].text.clone_from(&key);
        }
        if table.is_conclusion() {
            let kept = table.of(&mut claim).map(|list| list.swap_remove(*index));
            for other in [Table::Claim, Table::Always, Table::Finally] {
                if let Some(list) = other.of(&mut claim) {
                    list.clear();
                }
            }
            if let Some(list) = table.of(&mut claim) {
                list.extend(kept);
            }
        }
        let place = named.place.within(span);
        let (was, is) = texts;
        self.push(kind, strength, (*table, &named.name, place), was, &is, claim, key);
    }

    fn constant(&mut self, entry: &Entry, site: &Site<'_>) {
        let Some(value) = constant(site.expr).filter(|v| !v.is_zero()) else { return };
        let factor = &self.options.factor;
        let looseness = self.looseness(entry);
        let past = looseness.map(|k| rounded_up(k) * factor);
        let mut factors = vec![(factor.clone(), Kind::Constant), (RBig::ONE / factor, Kind::Constant)];
        if let Some(past) = past {
            factors.extend([(past.clone(), Kind::PastLooseness), (RBig::ONE / past, Kind::PastLooseness)]);
        }
        for (factor, kind) in factors {
            let new = &value * &factor;
            let strength = strength(site.effect, new > value);
            if kind == Kind::PastLooseness && strength == Strength::Weaker {
                continue;
            }
            self.replace(entry, kind, strength, site, number(&new, site.expr.span), None);
        }
    }

    /// The looseness that a change in this entry is up against, if it is known and more than nothing.
    fn looseness(&self, entry: &Entry) -> Option<f64> {
        let all = &self.options.looseness;
        let known = if entry.table.is_conclusion() {
            all.get(&entry.named.name).copied()
        } else {
            all.values().copied().reduce(f64::max)
        };
        known.filter(|k| k.is_finite() && *k > 1.0)
    }

    fn exponent(&mut self, entry: &Entry, site: &Site<'_>) {
        // Only an exponent that is an integer as a whole.
        let base = site.path.split_last().and_then(|(_, up)| at(&entry.named.value, up));
        let is_whole = base.is_some_and(|e| matches!(e.kind, ExprKind::Binary { op: BinaryOp::Pow, .. }));
        let Some(value) = constant(site.expr).filter(|v| v.is_int() && is_whole) else { return };
        for step in [1, -1] {
            let new = &value + RBig::from(step);
            self.replace(
                entry,
                Kind::Exponent,
                Strength::Different,
                site,
                number(&new, site.expr.span),
                base.map(|base| {
                    let changed = replaced(base, &[1], number(&new, site.expr.span));
                    (source(base), changed.map_or(String::new(), |e| source(&e)))
                }),
            );
        }
    }

    /// Terms left out, and with the other sign.
    fn terms(&mut self, entry: &Entry, site: &Site<'_>) {
        // Without a term, or with it turned, the sum may have another sign.
        let effect = if site.keeps_sign { Effect::Unknown } else { site.effect };
        let negated = |e: &Expr| match &e.kind {
            ExprKind::Neg(inner) => (**inner).clone(),
            _ => Expr::new(ExprKind::Neg(Box::new(e.clone())), e.span),
        };
        match &site.expr.kind {
            ExprKind::Binary { op: op @ (BinaryOp::Add | BinaryOp::Sub), left, right } => {
                let plus = *op == BinaryOp::Add;
                let other = if plus { BinaryOp::Sub } else { BinaryOp::Add };
                let pair = |op: BinaryOp, left: Expr, right: Expr| {
                    Expr::new(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, site.expr.span)
                };
                let signed =
                    |op: BinaryOp, e: &Expr| format!("{} {}", if op == BinaryOp::Add { "+" } else { "-" }, term(e));
                let last = self.change(right, plus);
                if !is_sum(right) {
                    let texts = Some((signed(*op, right), String::new()));
                    let shorter = (**left).clone();
                    self.replace(entry, Kind::Term, last.dropped(effect), site, shorter, texts);
                }
                let texts = Some((signed(*op, right), signed(other, right)));
                let turned = pair(other, (**left).clone(), (**right).clone());
                self.replace(entry, Kind::Sign, last.dropped(effect), site, turned, texts);
                if !is_sum(left) {
                    let first = self.change(left, true);
                    let rest = if plus { (**right).clone() } else { negated(right) };
                    self.replace(
                        entry,
                        Kind::Term,
                        first.dropped(effect),
                        site,
                        rest,
                        Some((source(left), String::new())),
                    );
                    let turned = pair(*op, negated(left), (**right).clone());
                    let texts = Some((source(left), source(&negated(left))));
                    self.replace(entry, Kind::Sign, first.dropped(effect), site, turned, texts);
                }
            }
            ExprKind::Neg(inner) if !site.in_sum && constant(inner).is_none() => {
                let change = self.change(inner, false);
                self.replace(entry, Kind::Sign, change.dropped(effect), site, (**inner).clone(), None);
            }
            _ => {}
        }
    }

    /// The sign of a term, as it counts in its sum.
    fn change(&self, term: &Expr, plus: bool) -> TermSign {
        match (self.ranges.of(term).sign(), plus) {
            (Sign::Unknown, _) => TermSign(None),
            (sign, plus) => TermSign(Some((sign == Sign::NotNegative) == plus)),
        }
    }

    fn comparisons(&mut self, entry: &Entry, site: &Site<'_>) {
        use Comparison::{Greater, GreaterEqual, Less, LessEqual};
        let ExprKind::Compare { first, rest } = &site.expr.kind else { return };
        for (i, (op, _)) in rest.iter().enumerate() {
            let (turned, strict) = match op {
                Less => (Greater, None),
                LessEqual => (GreaterEqual, Some(Less)),
                Greater => (Less, None),
                GreaterEqual => (LessEqual, Some(Greater)),
                Comparison::Equal | Comparison::NotEqual => continue,
            };
            let with = |new: Comparison| {
                let mut rest = rest.clone();
                rest[i].0 = new;
                Expr::new(ExprKind::Compare { first: first.clone(), rest }, site.expr.span)
            };
            let texts = |new: Comparison| Some((symbol(*op).to_owned(), symbol(new).to_owned()));
            // Turning a condition round only says where the claim is asked.
            if site.effect == Effect::Easier {
                self.replace(entry, Kind::Comparison, Strength::Different, site, with(turned), texts(turned));
            }
            if let Some(strict) = strict {
                let strength = strength(site.effect, false);
                self.replace(entry, Kind::Strict, strength, site, with(strict), texts(strict));
            }
        }
    }

    /// Conditions left out: of `p => q`, of `if p then q else r`, of `all(i in .., p: q)`.
    fn guards(&mut self, entry: &Entry, root: &Expr) {
        let mut path = Vec::new();
        let mut rest = root;
        while let ExprKind::Binary { op: BinaryOp::Implies, left, right } = &rest.kind {
            if let Some(whole) = replaced(root, &path, (**right).clone()) {
                let texts = (format!("{} =>", source(left)), String::new());
                self.whole(entry, Kind::Guard, Strength::Stronger, left.span, texts, whole);
            }
            path.push(1);
            rest = right;
        }
        for site in sites(root, Effect::Easier, &self.ranges) {
            let logical = site.effect == Effect::Easier && site.part == Part::Value;
            match &site.expr.kind {
                ExprKind::If { condition, then, otherwise } if logical && site.path == path => {
                    for (branch, word) in [(then, "then"), (otherwise, "else")] {
                        let texts = Some((format!("if {}", source(condition)), format!("always as after `{word}`")));
                        self.replace(entry, Kind::Guard, Strength::Different, &site, (**branch).clone(), texts);
                    }
                }
                ExprKind::Quantified { quantifier, clauses, body } if logical && is_logical(*quantifier) => {
                    for (i, clause) in clauses.iter().enumerate() {
                        let Clause::Filter(filter) = clause else { continue };
                        let mut clauses = clauses.clone();
                        clauses.remove(i);
                        let kind = ExprKind::Quantified { quantifier: *quantifier, clauses, body: body.clone() };
                        let stronger = *quantifier == Quantifier::All;
                        let strength = if stronger { Strength::Stronger } else { Strength::Weaker };
                        let texts = Some((source(filter), String::new()));
                        self.replace(entry, Kind::Guard, strength, &site, Expr::new(kind, site.expr.span), texts);
                    }
                }
                _ => {}
            }
        }
    }

    fn finish(self) -> Mutants {
        let Self { made, options, .. } = self;
        let mut order: Vec<usize> = (0..made.len()).collect();
        order.sort_by_key(|&i| made[i].kind);
        let mut kept = vec![false; made.len()];
        let (mut count, mut left_out) = (0, 0);
        for i in order {
            if count >= options.most {
                left_out += 1;
            } else if Program::new(&made[i].claim).is_ok() {
                kept[i] = true;
                count += 1;
            }
        }
        let mutants = made.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(mutant, _)| mutant).collect();
        Mutants { mutants, left_out }
    }
}

/// Whether a term adds to its sum; `None` if it is not known.
struct TermSign(Option<bool>);

impl TermSign {
    /// The strength of a mutant that has the term no more, or with the other sign.
    fn dropped(&self, effect: Effect) -> Strength {
        self.0.map_or(Strength::Different, |adds| strength(effect, !adds))
    }
}

/// The strength of a mutant in which a part was raised, or lowered.
fn strength(effect: Effect, raised: bool) -> Strength {
    match (effect, raised) {
        (Effect::Unknown, _) => Strength::Different,
        (Effect::Easier, true) | (Effect::Harder, false) => Strength::Weaker,
        (Effect::Easier, false) | (Effect::Harder, true) => Strength::Stronger,
    }
}

/// The subexpression at a path.
fn at<'e>(e: &'e Expr, path: &[usize]) -> Option<&'e Expr> {
    path.iter().try_fold(e, |e, &step| super::sites::children(e).get(step).map(|child| child.0))
}

/// A looseness as a short decimal that is no less.
fn rounded_up(k: f64) -> RBig {
    let hundredths = (k.min(1e12) * 100.0).ceil();
    RBig::from_parts(IBig::from(hundredths as i64), UBig::from(100u8))
}

/// A term as it is written in a sum.
fn term(e: &Expr) -> String {
    if is_sum(e) { format!("({})", source(e)) } else { source(e) }
}

fn symbol(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => "<",
        Comparison::LessEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterEqual => ">=",
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
    }
}

/// A rational as it would be written: a decimal if it is a short one, else a quotient.
pub fn number(value: &RBig, span: Span) -> Expr {
    let literal = |value: RBig, text: String| Expr::new(ExprKind::Number { value, text }, span);
    if *value < RBig::ZERO {
        let inner = number(&-value.clone(), span);
        return Expr::new(ExprKind::Neg(Box::new(inner)), span);
    }
    for digits in 0..=6u8 {
        let shifted = value * RBig::from(UBig::from(10u8).pow(usize::from(digits)));
        if shifted.is_int() {
            let mut text = shifted.numerator().to_string();
            let digits = usize::from(digits);
            if digits > 0 {
                text = format!("{text:0>width$}", width = digits + 1);
                text.insert(text.len() - digits, '.');
            }
            return literal(value.clone(), text);
        }
    }
    let whole = |n: IBig| Box::new(literal(RBig::from(n.clone()), n.to_string()));
    let left = whole(value.numerator().clone());
    let right = whole(IBig::from(value.denominator().clone()));
    Expr::new(ExprKind::Binary { op: BinaryOp::Div, left, right }, span)
}

#[cfg(test)]
#[path = "mutate_tests.rs"]
mod tests;
