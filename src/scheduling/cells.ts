/**
 * Places as unique claims. Time is cut into fixed cells of five minutes, numbered from 1970; an appointment claims every
 * cell that it covers, one row (practitioner, cell, seat) each. A unique index over the three decides who gets a place:
 * appointments of any length that overlap share a cell and so collide.
 */
import { MINUTE } from './wall-time.ts';

/** Every zone since 1972 is a multiple of it away from UTC, so wall times on the grid are instants on the grid. */
export const CELL_MINUTES = 5;
export const CELL = CELL_MINUTES * MINUTE;
/** Largest capacity of a slot: its seats are the bits of one integer. More people than that are a course or a stream. */
export const MAX_SEATS = 32;

/** Cells from `from` up to, not including, `until`. */
export interface CellRange {
  from: number;
  until: number;
}

/** The cells that a period of instants touches; a cell that is touched is claimed whole. */
export const cellRangeOf = (start: number, end: number): CellRange => ({ from: Math.floor(start / CELL), until: Math.ceil(end / CELL) });

/** The cells that a period of instants touches, in order: a row each in the table of claims. */
export function cellsOf(start: number, end: number): number[] {
  const { from, until } = cellRangeOf(start, end);
  return Array.from({ length: Math.max(0, until - from) }, (_, index) => from + index);
}

/** Cells of one seat that are taken, for instance by an appointment. */
export interface Claim extends CellRange {
  seat: number;
  /** Until when an unpaid booking holds them (ms); null: taken for good. */
  heldUntil: number | null;
}

/** Who sits where, over a range of cells. */
export interface Occupancy {
  readonly range: CellRange;
  readonly claims: readonly Claim[];
  /** Seats that are taken in any of these cells, a bit each. @throws {RangeError} outside the range, which nobody has read */
  seats(from: number, until: number): number;
  /** The same, without seats that are only held. */
  booked(from: number, until: number): number;
}

function merge(masks: Int32Array, range: CellRange, from: number, until: number): number {
  if (from < range.from || until > range.until) throw new RangeError('Claims outside this range were not read');
  let mask = 0;
  // A cell that is inside the range has an entry.
  for (let index = from - range.from; index < until - range.from; index++) mask |= masks[index] ?? 0;
  return mask;
}

/**
 * @param range the cells for which `claims` is complete; claims beyond are cut off
 * @throws {RangeError} a seat outside 0 to 31
 */
export function createOccupancy(range: CellRange, claims: readonly Claim[]): Occupancy {
  const size = Math.max(0, range.until - range.from);
  const taken = new Int32Array(size);
  const booked = new Int32Array(size);
  for (const claim of claims) {
    if (!Number.isInteger(claim.seat) || claim.seat < 0 || claim.seat >= MAX_SEATS) throw new RangeError(`Not a seat: ${claim.seat}`);
    const first = Math.max(claim.from - range.from, 0);
    const last = Math.min(claim.until - range.from, size);
    for (let index = first; index < last; index++) {
      taken[index] = (taken[index] ?? 0) | (1 << claim.seat);
      if (claim.heldUntil === null) booked[index] = (booked[index] ?? 0) | (1 << claim.seat);
    }
  }
  return {
    range,
    claims,
    seats: (from, until) => merge(taken, range, from, until),
    booked: (from, until) => merge(booked, range, from, until),
  };
}

function countBits(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const seatsBelow = (capacity: number): number => (capacity >= MAX_SEATS ? -1 : (1 << capacity) - 1);

/**
 * Places left, when the seats of `mask` are taken. Where the capacity was lowered after people had booked, nobody new gets
 * in until fewer than the new capacity are left.
 */
export function placesLeft(mask: number, capacity: number): number {
  if (mask === 0) return capacity;
  return Math.max(0, Math.min(countBits(~mask & seatsBelow(capacity)), capacity - countBits(mask)));
}

/**
 * A seat that is free in all of these cells, or null. Only a proposal: the unique index decides, and who loses asks again
 * with the claims as they are then.
 */
export function chooseSeat(occupancy: Occupancy, { from, until }: CellRange, capacity: number): number | null {
  const mask = occupancy.seats(from, until);
  if (placesLeft(mask, capacity) === 0) return null;
  // Isolate the lowest bit that is not set.
  return 31 - Math.clz32(~mask & (mask + 1));
}
