//! Loops of a plan: folds and matrices built entry by entry. A loop stays a loop unless a shape depends on its index; then it is written out.

use super::*;

enum IterBound {
    Node(NodeId),
    Value(i64),
}

impl Compiler<'_> {
    pub(super) fn fold(&mut self, id: NodeId, fold: Fold, vars: &[VarId], filtered: bool) -> Result<SlotId, PlanError> {
        let node = self.request.graph.node(id).clone();
        let bounds: Vec<(NodeId, NodeId)> = node.args[..2 * vars.len()].chunks(2).map(|p| (p[0], p[1])).collect();
        let rest = &node.args[2 * vars.len()..];
        let (filter, body) = if filtered { (Some(rest[0]), rest[1]) } else { (None, rest[0]) };
        let out = self.slot_for(id)?;
        self.push(match fold {
            Fold::Sum => I::Start { out, value: 0.0, undefined: false },
            Fold::Product => I::Start { out, value: 1.0, undefined: false },
            Fold::Min => I::Start { out, value: f64::INFINITY, undefined: true },
            Fold::Max => I::Start { out, value: f64::NEG_INFINITY, undefined: true },
            Fold::All => I::StartTruth { out, value: true },
            Fold::Any => I::StartTruth { out, value: false },
        })?;
        let wanted: Vec<NodeId> = filter.into_iter().chain([body]).collect();
        let ranges: Vec<(VarId, IterBound, IterBound)> =
            vars.iter().zip(&bounds).map(|(&v, &(lo, hi))| (v, IterBound::Node(lo), IterBound::Node(hi))).collect();
        self.nest(&ranges, &wanted, &mut |this| {
            let value = this.number(body)?;
            let filter = filter.map(|f| this.slot_of(f)).transpose()?;
            this.push(I::Accumulate { out, fold, value, filter })
        })?;
        Ok(out)
    }

    pub(super) fn build(&mut self, id: NodeId, row: VarId, col: Option<VarId>) -> Result<SlotId, PlanError> {
        let node = self.request.graph.node(id).clone();
        let body = node.args[0];
        let out = self.slot_for(id)?;
        self.push(I::Start { out, value: 0.0, undefined: false })?;
        let slot = self.slot(out);
        let mut ranges = vec![(row, IterBound::Value(1), IterBound::Value(i64::from(slot.rows)))];
        if let Some(col) = col {
            ranges.push((col, IterBound::Value(1), IterBound::Value(i64::from(slot.cols))));
        }
        self.nest(&ranges, &[body], &mut |this| {
            let value = this.number(body)?;
            let row = this.bound_int(row)?;
            let col = col.map_or(Ok(IntExpr::Constant(1)), |c| this.bound_int(c))?;
            this.push(I::StoreEntry { out, value, row, col })
        })?;
        Ok(out)
    }

    fn bound_int(&self, var: VarId) -> Result<IntExpr, PlanError> {
        match self.bound.get(&var) {
            Some(Bound::Loop(n)) => Ok(IntExpr::Affine { constant: 0, terms: vec![(*n, 1)] }),
            Some(Bound::Fixed(v)) => Ok(IntExpr::Constant(*v)),
            None => Err(PlanError::NotStructural),
        }
    }

    /// Runs over the ranges, outermost first, and emits `wanted` and then `inside` for each choice of indices.
    fn nest(
        &mut self,
        ranges: &[(VarId, IterBound, IterBound)],
        wanted: &[NodeId],
        inside: &mut dyn FnMut(&mut Self) -> Result<(), PlanError>,
    ) -> Result<(), PlanError> {
        let Some(&(var, ref lo, ref hi)) = ranges.first() else {
            self.emit_all(wanted.iter().copied(), true)?;
            return inside(self);
        };
        let (lo, hi) = (self.iter_bound(lo)?, self.iter_bound(hi)?);
        if self.shapes_depend(var, &ranges[1..], wanted) || self.positions_need(var, &ranges[1..], wanted) {
            let (IntExpr::Constant(lo), IntExpr::Constant(hi)) = (&lo, &hi) else {
                return Err(PlanError::NotStructural);
            };
            if [*lo, *hi].contains(&IntExpr::UNKNOWN) {
                return Err(PlanError::NotInteger("a number past 64 bits"));
            }
            for value in *lo..=*hi {
                self.bound.insert(var, Bound::Fixed(value));
                self.scopes.push(HashMap::new());
                self.nest(&ranges[1..], wanted, inside)?;
                self.scopes.pop();
            }
            self.bound.remove(&var);
            return Ok(());
        }
        let number = self.plan.loops as u32;
        self.plan.loops += 1;
        let range = lo.range(&self.ranges).zip(hi.range(&self.ranges)).map(|(lo, hi)| (lo.0, hi.1));
        let (least, most) = range.ok_or(PlanError::NotInteger("a number past 64 bits"))?;
        self.ranges.push((least, most.max(least)));
        let turns = u64::try_from(most.saturating_sub(least).saturating_add(1)).unwrap_or(0);
        let before = self.repeated;
        let header = self.plan.code.len();
        self.push(I::Loop { var: number, lo, hi: hi.clone(), exit: 0 })?;
        self.bound.insert(var, Bound::Loop(number));
        self.scopes.push(HashMap::new());
        self.nest(&ranges[1..], wanted, inside)?;
        self.scopes.pop();
        self.bound.remove(&var);
        let work: u64 = self.plan.code[header + 1..].iter().map(|i| i.work(&self.plan.slots)).sum();
        let inner = work.saturating_add(self.repeated - before);
        self.repeated = self.repeated.saturating_add(inner.saturating_mul(turns.saturating_sub(1)));
        self.push(I::Next { var: number, hi, body: header as u32 + 1, work })?;
        let after = self.plan.code.len() as u32;
        if let I::Loop { exit, .. } = &mut self.plan.code[header] {
            *exit = after;
        }
        Ok(())
    }

    fn iter_bound(&self, bound: &IterBound) -> Result<IntExpr, PlanError> {
        match bound {
            IterBound::Node(id) => self.int(*id),
            IterBound::Value(v) => Ok(IntExpr::Constant(*v)),
        }
    }

    /// Ends of these ranges that are nodes.
    fn ends(ranges: &[(VarId, IterBound, IterBound)]) -> impl Iterator<Item = NodeId> {
        ranges.iter().flat_map(|(_, lo, hi)| [lo, hi]).filter_map(|end| match end {
            IterBound::Node(id) => Some(*id),
            IterBound::Value(_) => None,
        })
    }

    /// Whether a position or an inner range below `wanted` is a function of `var` that only its values can be put into.
    fn positions_need(&self, var: VarId, inner: &[(VarId, IterBound, IterBound)], wanted: &[NodeId]) -> bool {
        let request = self.request;
        let free = |id: NodeId| request.analysis.free(id);
        let below =
            reachable(request.graph, wanted.iter().copied(), &|_| None, &|id| free(id).binary_search(&var).is_err());
        let mut positions: HashSet<NodeId> = Self::ends(inner).collect();
        for &id in &below {
            let node = request.graph.node(id);
            match (&node.op, node.args.as_slice()) {
                (Op::Fold { vars, .. }, args) => positions.extend(&args[..2 * vars.len()]),
                (Op::Entry | Op::Block, &[_, i, j]) => positions.extend([i, j]),
                (Op::Lambda | Op::Sigma | Op::Projector | Op::UnitVector, &[i, ..]) | (Op::MatPow, &[_, i]) => {
                    positions.insert(i);
                }
                _ => {}
            }
        }
        positions.into_iter().filter(|&id| free(id).binary_search(&var).is_ok()).any(|id| {
            let mut bound = self.bound.clone();
            for v in free(id) {
                bound.entry(*v).or_insert(Bound::Loop(0));
            }
            int_expr(request.graph, request.ints, &bound, id).is_err()
        })
    }

    /// Whether a shape below `wanted` depends on `var`, directly or through an inner range.
    fn shapes_depend(&self, var: VarId, inner: &[(VarId, IterBound, IterBound)], wanted: &[NodeId]) -> bool {
        let request = self.request;
        let mut depends: HashSet<VarId> = HashSet::from([var]);
        let touches =
            |depends: &HashSet<VarId>, id: NodeId| request.analysis.free(id).iter().any(|f| depends.contains(f));
        // Inner indices whose ranges depend on `var` count too: a shape may use them.
        for (i, (v, ..)) in inner.iter().enumerate() {
            if Self::ends(&inner[i..=i]).any(|end| touches(&depends, end)) {
                depends.insert(*v);
            }
        }
        // Each range found may open more of what is below.
        loop {
            let known = depends.len();
            let below = reachable(request.graph, wanted.iter().copied(), &|_| None, &|id| !touches(&depends, id));
            for &id in &below {
                let node = request.graph.node(id);
                if let Op::Fold { vars, .. } = &node.op {
                    for (v, pair) in vars.iter().zip(node.args.chunks(2)) {
                        if pair.iter().any(|end| touches(&depends, *end)) {
                            depends.insert(*v);
                        }
                    }
                }
            }
            if depends.len() == known {
                return below.iter().any(|&id| request.analysis.shape_free(id).iter().any(|v| depends.contains(v)));
            }
        }
    }
}
