import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import type { ChatMessage } from '#rooms/protocol.ts';
import { errorText, timeOfDay, useT } from '../i18n/index.ts';
import type { Outgoing } from '../room/chat-log.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';
import { SidePanel } from './side-panel.tsx';

const MAX_LENGTH = 4_000;

function Message({ message, own }: { message: ChatMessage; own: boolean }) {
  const t = useT();
  return (
    <li className={own ? 'message message-own' : 'message'} data-testid="chat-message" data-seq={message.seq}>
      <div className="message-head">
        <strong>{own ? t('room.you') : message.name}</strong>
        {!own && <span>{t(`roles.${message.role}`)}</span>}
        <time dateTime={new Date(message.sentAt).toISOString()}>{timeOfDay(message.sentAt)}</time>
      </div>
      <p data-testid="chat-text">{message.text}</p>
    </li>
  );
}

function Pending({ visit, entry }: { visit: Visit; entry: Outgoing }) {
  const t = useT();
  const failed = entry.state === 'failed';
  return (
    <li className={`message message-own message-${entry.state}`} data-testid="chat-pending" data-state={entry.state}>
      <p>{entry.text}</p>
      <div className="message-head" role={failed ? 'alert' : undefined}>
        <span>{failed ? `${t('chat.failed')}: ${errorText(entry.code ?? 'internal')}` : t('chat.sending')}</span>
        {failed && (
          <>
            <button type="button" className="link" data-testid="chat-resend" onClick={() => visit.chat.resend(entry.clientMessageId)}>
              {t('chat.resend')}
            </button>
            <button type="button" className="link" onClick={() => visit.chat.discard(entry.clientMessageId)}>
              {t('chat.discard')}
            </button>
          </>
        )}
      </div>
    </li>
  );
}

function Composer({ visit }: { visit: Visit }) {
  const t = useT();
  const [text, setText] = useState('');
  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (!text.trim()) return;
    visit.chat.send(text.trim());
    visit.typing.done();
    setText('');
  }
  function onKey(event: KeyboardEvent): void {
    // Enter ends a Chinese input composition, too; only a plain Enter sends.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }
  return (
    <form className="composer" onSubmit={submit}>
      <textarea
        rows={2}
        maxLength={MAX_LENGTH}
        value={text}
        aria-label={t('chat.placeholder')}
        placeholder={t('chat.placeholder')}
        data-testid="chat-input"
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value.trim()) visit.typing.typed();
        }}
        onKeyDown={onKey}
      />
      <button
        type="submit"
        className="round round-primary"
        aria-label={t('chat.send')}
        title={t('chat.send')}
        disabled={!text.trim()}
        data-testid="chat-send"
      >
        <Icon name="send" />
      </button>
    </form>
  );
}

/** Who is typing now. Not read out: it would talk over the messages. */
function TypingLine({ visit }: { visit: Visit }) {
  const t = useT();
  const who = useStore(visit.typing.who);
  const peers = useStore(visit.state, (state) => state.room?.peers);
  const [first, ...more] = (peers ?? []).filter(({ id }) => who.includes(id)).map(({ name }) => name);
  return (
    <p className="typing" aria-hidden="true" data-testid="chat-typing">
      {first !== undefined && (more.length === 0 ? t('chat.typing', { name: first }) : t('chat.typingMany'))}
    </p>
  );
}

/** Text chat of the visit. */
export function ChatPanel({ visit, onClose }: { visit: Visit; onClose(): void }) {
  const t = useT();
  const log = useStore(visit.chat.log);
  const self = useStore(visit.state, (state) => state.self);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    visit.chat.read();
    end.current?.scrollIntoView({ block: 'end' });
  }, [visit, log.messages, log.outgoing]);
  return (
    <SidePanel title={t('chat.title')} testId="chat-panel" onClose={onClose}>
      <ol className="messages" role="log" aria-live="polite" aria-label={t('chat.list')} data-testid="chat-list">
        {log.messages.length + log.outgoing.length === 0 && <li className="empty">{t('chat.empty')}</li>}
        {log.messages.map((message) => (
          <Message key={message.seq} message={message} own={message.memberId === self?.memberId} />
        ))}
        {log.outgoing.map((entry) => (
          <Pending key={entry.clientMessageId} visit={visit} entry={entry} />
        ))}
        <li ref={end} aria-hidden="true" />
      </ol>
      <TypingLine visit={visit} />
      <Composer visit={visit} />
    </SidePanel>
  );
}
