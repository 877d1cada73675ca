import {Component, type ReactNode} from 'react';

/** Tells of a component that failed, and draws nothing from then on. */
export class CrashGuard extends Component<{
	readonly crashed: (error: Error) => void;
	readonly children: ReactNode;
}> {
	static getDerivedStateFromError(): {crashed: true} {
		return {crashed: true};
	}

	override state = {crashed: false};

	override componentDidCatch(error: Error): void {
		this.props.crashed(error);
	}

	override render(): ReactNode {
		return this.state.crashed ? null : this.props.children;
	}
}
