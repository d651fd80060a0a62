/** `/clinic/…`: the clinic's screens in their frame. Loaded when somebody goes there; nothing of it is part of a visit. */
import { QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider } from 'antd';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Loading } from '../components/loading.tsx';
import { language } from '../i18n/index.ts';
import { route } from '../router.ts';
import { useStore } from '../use-store.ts';
import { ConfirmProvider } from './blocks/confirm.tsx';
import { StepUpProvider } from './blocks/step-up.tsx';
import { readHome, takeHome } from './home.ts';
import { ErrorBoundary } from './layout/error-boundary.tsx';
import { Outlet } from './layout/outlet.tsx';
import { Frame } from './layout/frame.tsx';
import { loadLocale } from './locale.ts';
import { useTouch } from './media-query.ts';
import { findByPath } from './paths.ts';
import { createQueryClient } from './query-client.ts';
import { screens } from './screens.ts';
import { loadStyles } from './styles.ts';
import { loadTexts } from './texts/areas.ts';
import { themeOf } from './theme.ts';

type Locale = Awaited<ReturnType<typeof loadLocale>>;

/** antd's words in the language of the page; null before the first are there. */
function useLocale(): Locale | null {
  const shown = useStore(language);
  const [locale, setLocale] = useState<Locale | null>(null);
  useEffect(() => {
    let current = true;
    void loadLocale(shown ?? 'zh').then((next) => current && setLocale(next));
    return () => {
      current = false;
    };
  }, [shown]);
  return locale;
}

/** All that the blocks of `clinic/blocks` need around them. */
export function Surroundings({ children }: { children: ReactNode }) {
  const locale = useLocale();
  const touch = useTouch();
  const theme = useMemo(() => themeOf(touch), [touch]);
  const [client] = useState(() => takeHome(createQueryClient()));
  if (!locale) return <Loading />;
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider theme={theme} locale={locale} wave={{ disabled: true }} button={{ autoInsertSpace: false }}>
        <App className="clinic" message={{ maxCount: 3 }}>
          <ConfirmProvider>
            <StepUpProvider>{children}</StepUpProvider>
          </ConfirmProvider>
        </App>
      </ConfigProvider>
    </QueryClientProvider>
  );
}

export default function Clinic() {
  return (
    <Surroundings>
      <ErrorBoundary>
        <Frame>
          <Outlet />
        </Frame>
      </ErrorBoundary>
    </Surroundings>
  );
}

/** Starts what the address needs; whoever shows it waits for it, and tells when it failed. */
function hurry(): void {
  const here = route.get();
  const screen = here.name === 'clinic' ? findByPath(screens, here.path)?.entry : undefined;
  screen?.load().catch(() => undefined);
  for (const area of screen?.areas ?? []) loadTexts(area).catch(() => undefined);
}

hurry();
// Before the first render: a frame without its shape or words would only flicker.
await Promise.all([readHome(), loadStyles(), loadTexts('shell'), loadTexts('clinicErrors'), loadLocale(language.get() ?? 'zh')]);
