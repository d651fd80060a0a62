/** How a second terminal reaches a running cluster: one line in, one answer out, over a socket in a private folder. */
import { mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';

const nameIn = (folder: string): string => path.join(folder, 'control.sock');

interface Answer {
  ok: boolean;
  text: string;
}

/**
 * Listens for commands.
 * @param run does one; what it throws is told to whoever asked
 * @throws when another cluster listens in this folder
 */
export async function listenForCommands(folder: string, run: (words: string[]) => Promise<string>): Promise<{ close(): Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await sendCommand(folder, ['status']).catch(() => null)) throw new Error(`a cluster runs in ${folder} already`);
  // Left behind by one that was killed.
  await rm(nameIn(folder), { force: true });
  const server = createServer((socket) => {
    readAll(socket, '\n')
      .then((line) => run(JSON.parse(line) as string[]))
      .then(
        (text): Answer => ({ ok: true, text }),
        (error: Error): Answer => ({ ok: false, text: error.message }),
      )
      .then((answer) => socket.end(JSON.stringify(answer)))
      .catch(() => socket.destroy());
  });
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(nameIn(folder), listening));
  return { close: () => new Promise((done) => server.close(() => done())) };
}

/**
 * Has a running cluster do something.
 * @returns what it says
 * @throws when none runs in this folder, or with what it says against it
 */
export async function sendCommand(folder: string, words: readonly string[]): Promise<string> {
  const socket = connect(nameIn(folder));
  await new Promise<void>((connected, failed) => {
    socket.once('connect', connected).once('error', () => failed(new Error(`no cluster runs in ${folder}; npm run cluster starts one`)));
  });
  socket.write(`${JSON.stringify(words)}\n`);
  const { ok, text } = JSON.parse(await readAll(socket)) as Answer;
  if (!ok) throw new Error(text);
  return text;
}

/** Reads up to a mark, or to the end. */
function readAll(socket: Socket, mark?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (mark !== undefined && text.includes(mark)) resolve(text);
    });
    socket.once('end', () => resolve(text)).once('error', reject);
  });
}
