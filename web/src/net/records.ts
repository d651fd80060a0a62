/** The clinic's records as the pages use them. Shapes: `src/consultations/schemas.ts`, `src/users/schemas.ts`, `src/auth/schemas.ts`. */
import type { Role } from '#rooms/protocol.ts';
import type { Session } from '../session.ts';
import { call } from './api.ts';

export interface Person {
  id: string;
  name: string;
}
export type VisitStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';
export interface VisitRecord {
  id: string;
  title: string;
  status: VisitStatus;
  role: Role;
  practitioner: Person;
  patient: Person;
  scheduledStart: string;
  scheduledEnd: string;
  /** The booking that it belongs to. */
  appointmentId: string | null;
  /** Chat messages of others that the reader has not read. */
  unread: number;
}
export interface Page<T> {
  items: T[];
  pagination: { page: number; pageSize: number; total: number };
}
export interface NewVisit {
  title: string;
  patientId: string;
  scheduledStart: string;
  scheduledEnd: string;
  lobby: boolean;
}
export interface Member {
  id: string;
  name: string;
  role: Role;
  removed: boolean;
}
export interface Invitation {
  member: Member;
  token: string;
  url: string;
}

export function login(account: string, password: string): Promise<Session> {
  return call('/auth/login', { method: 'POST', body: { account, password }, token: null });
}

/** What a code from a text message is asked for before somebody is signed in. */
export type CodeScene = 'login' | 'register' | 'reset';

export function sendCode(phone: string, scene: CodeScene, locale: 'zh' | 'en'): Promise<unknown> {
  return call('/auth/sms-code', { method: 'POST', body: { phone, scene, locale }, token: null });
}

/** Signs in with a code; a phone that nobody has gets an account. */
export function loginByCode(phone: string, code: string): Promise<Session> {
  return call('/auth/login', { method: 'POST', body: { phone, code }, token: null });
}

export interface Registration {
  phone: string;
  code: string;
  name: string;
  /** Absent: codes only. */
  password?: string;
}

export function register(registration: Registration): Promise<Session> {
  return call('/auth/register', { method: 'POST', body: registration, token: null });
}

/** Sets another password with a code; every session ends. */
export function resetPassword(phone: string, code: string, password: string): Promise<unknown> {
  return call('/auth/password/reset', { method: 'POST', body: { phone, code, password }, token: null });
}

export function listVisits(status: VisitStatus, page: number): Promise<Page<VisitRecord>> {
  const sort = status === 'ended' || status === 'cancelled' ? '-scheduledStart' : 'scheduledStart';
  return call(`/consultations?status=${status}&page=${page}&pageSize=20&sort=${sort}`);
}

/** What the first page shows. Shape: `src/home/schemas.ts`. */
export function readHome(): Promise<{ visits: { running: VisitRecord[]; next: Page<VisitRecord> } }> {
  return call('/home');
}

export function getVisit(id: string): Promise<VisitRecord> {
  return call(`/consultations/${encodeURIComponent(id)}`);
}

export function createVisit(visit: NewVisit): Promise<VisitRecord> {
  return call('/consultations', { method: 'POST', body: visit });
}

/** Calls off a visit that has not begun. */
export function cancelVisit(id: string): Promise<unknown> {
  return call(`/consultations/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
}

/** Shortest keyword that patients are searched by: nobody shall page through all of them. */
export const KEYWORD_LENGTH = 2;

/** @param keyword part of a name, at least `KEYWORD_LENGTH` characters */
export function findPatients(keyword: string, signal: AbortSignal): Promise<Page<Person>> {
  return call(`/users?role=patient&pageSize=8&keyword=${encodeURIComponent(keyword.trim())}`, { signal });
}

export function invite(visitId: string, name: string, role: 'guest' | 'observer'): Promise<Invitation> {
  return call(`/consultations/${encodeURIComponent(visitId)}/invitations`, { method: 'POST', body: { name, role } });
}

export function listMembers(visitId: string): Promise<{ items: Member[] }> {
  return call(`/consultations/${encodeURIComponent(visitId)}/members`);
}

/** Gives a removed person access again; guests get a new link. */
export function restoreMember(visitId: string, memberId: string): Promise<{ member: Member; invitation: Invitation | null }> {
  return call(`/consultations/${encodeURIComponent(visitId)}/members/${encodeURIComponent(memberId)}/restore`, { method: 'POST' });
}
