//! Entries in other places: diagonals, blocks, columns, sorting. Nothing is computed, so bounds go along.

use super::*;

/// A column on the diagonal of a matrix of any shape; entries past its end are zero.
#[inline(always)]
pub fn rectangular<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let range = plan.slots[a as usize].range();
    let (rows, cols) = (plan.slots[out as usize].rows as usize, plan.slots[out as usize].cols as usize);
    let (from, to) = m.split(plan, out);
    to.fill(N::zero());
    // A column that is too long belongs to a case that its given rejects.
    for (i, x) in from[range].iter().enumerate().take(rows.min(cols)) {
        to[i * cols + i] = x.clone();
    }
    moved(m, out, a);
}

#[inline(always)]
pub fn diagonal<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let slot = plan.slots[a as usize];
    let cols = slot.cols as usize;
    let doubt = doubtful(&m.numbers[slot.range()]);
    let (from, to) = m.split(plan, out);
    for (i, t) in to.iter_mut().enumerate() {
        *t = r::forgotten(doubt, from[slot.offset as usize + i * cols + i].clone());
    }
    let (error, undefined) = (m.errors[a as usize].clone(), m.undefined[a as usize]);
    finish(plan, m, out, error, 0.0, undefined);
}

/// Column after column.
#[inline(always)]
pub fn flatten<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    // A row-major transpose is the column-major order.
    transpose(plan, m, out, a);
}

#[inline(always)]
pub fn unflatten<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let Slot { rows, cols, .. } = plan.slots[out as usize];
    // The column holds the result column after column: as rows, that is its transpose.
    transposed(plan, m, out, a, cols as usize, rows as usize);
}

/// Copies a block into `out`; the caller has reset `out`.
#[inline(always)]
pub fn place<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, row: usize, col: usize) {
    let (sa, so) = (plan.slots[a as usize], plan.slots[out as usize]);
    let (from, to) = m.split(plan, out);
    let from = &from[sa.range()];
    let (rows, cols) = (sa.rows as usize, sa.cols as usize);
    for i in 0..rows {
        for j in 0..cols {
            to[(row + i) * so.cols as usize + col + j] = from[i * cols + j].clone();
        }
    }
    let (o, i) = (out as usize, a as usize);
    m.undefined[o] |= m.undefined[i];
    if N::TRACKED {
        m.errors[o] = m.errors[o].add(&m.errors[i]);
        m.set_norm(plan, out);
    }
}

#[inline(always)]
pub fn entry<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, row: i64, col: i64) {
    let slot = plan.slots[a as usize];
    let place = offset(row, slot.rows as usize).zip(offset(col, slot.cols as usize));
    let Some((i, j)) = place else {
        m.set_real(plan, out, Bounded { value: N::zero(), error: N::zero() }, !0);
        return;
    };
    let value = m.numbers[slot.offset as usize + i * slot.cols as usize + j].clone();
    let value = r::forgotten(doubtful(&m.numbers[slot.range()]), value);
    let (error, undefined) = (m.errors[a as usize].clone(), m.undefined[a as usize]);
    m.set_real(plan, out, Bounded { value, error }, undefined);
}

#[inline(always)]
pub fn block<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId, row: i64, col: i64) {
    let (sa, so) = (plan.slots[a as usize], plan.slots[out as usize]);
    let fits = |start: i64, len: u32, all: u32| {
        // An empty block may start anywhere.
        len == 0 || (start >= 1 && start.saturating_add(i64::from(len)) - 1 <= i64::from(all))
    };
    if !fits(row, so.rows, sa.rows) || !fits(col, so.cols, sa.cols) {
        m.numbers[so.range()].fill(N::zero());
        finish(plan, m, out, N::zero(), 0.0, !0);
        return;
    }
    let (error, undefined) = (m.errors[a as usize].clone(), m.undefined[a as usize]);
    if !so.is_empty() {
        let (row, col) = (row as usize - 1, col as usize - 1);
        let (from, to) = m.split(plan, out);
        let from = &from[sa.range()];
        let doubt = doubtful(from);
        let cols = so.cols as usize;
        for i in 0..so.rows as usize {
            for j in 0..cols {
                to[i * cols + j] = r::forgotten(doubt, from[(row + i) * sa.cols as usize + col + j].clone());
            }
        }
    }
    finish(plan, m, out, error, 0.0, undefined);
}

#[inline(always)]
pub fn unit_vector<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, index: i64) {
    let slot = plan.slots[out as usize];
    m.numbers[slot.range()].fill(N::zero());
    let place = offset(index, slot.len());
    if let Some(i) = place {
        m.numbers[slot.offset as usize + i] = N::one();
    }
    finish(plan, m, out, N::zero(), 0.0, if place.is_some() { 0 } else { !0 });
}

/// Sorts lane by lane; sorting never moves two columns further apart, so the bound stays.
#[inline(always)]
pub fn sort_decreasing<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, a: SlotId) {
    let range = plan.slots[a as usize].range();
    let (from, to) = m.split(plan, out);
    to.clone_from_slice(&from[range]);
    for end in 1..to.len() {
        for j in (0..end).rev() {
            let (x, y) = (to[j].clone(), to[j + 1].clone());
            to[j] = x.max(&y);
            to[j + 1] = y.min(&x);
        }
    }
    moved(m, out, a);
}

/// A 1-based index as an offset, if it is in range.
#[inline(always)]
fn offset(index: i64, len: usize) -> Option<usize> {
    let i = usize::try_from(index).ok()?.checked_sub(1)?;
    (i < len).then_some(i)
}
