import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Failure } from '../blocks/failure.tsx';

interface State {
  error: unknown;
  failed: boolean;
}

/** Shows what went wrong below it in place of it. React has no hook for this. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown): State {
    return { error, failed: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <Failure page error={this.state.error} onRetry={() => this.setState({ error: null, failed: false })} />;
  }
}
