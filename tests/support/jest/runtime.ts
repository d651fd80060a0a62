/**
 * Loads the modules of a test file: our own anew for each file, as jest does, but packages once a process, as Node does. Loading and
 * warming up the same packages for each of two hundred files was a fifth of a run's work. All of them share the one realm of the
 * process: in a realm of its own an error of a package would be no `Error` to a test.
 */
import { createRequire } from 'node:module';
import { types } from 'node:util';
import { SyntheticModule, compileFunction, constants, type Context } from 'node:vm';
import jestRuntime from 'jest-runtime';

const native = createRequire(import.meta.url);

/** Its types are those of a CommonJS module, which is not what Node loads. */
const JestRuntime = jestRuntime as unknown as typeof jestRuntime.default;

/** What is replaced of jest's own runtime, which has no official place for it. */
interface Inside {
  _resolution: { shouldLoadAsEsm(file: string): boolean; isExplicitlyCommonjs(file: string): boolean };
  esmLoader: {
    getContext(): Context | undefined;
    buildCjsAsEsmSyntheticModule(from: string, file: string, context: Context | undefined): SyntheticModule;
  };
  executor: { injectedModuleParameters: string[]; compile(source: string, filename: string): unknown };
}

const isPackage = (file: string) => file.includes('/node_modules/');

/** A module that Node has loaded, as one that a test file can import. */
function packageModule(file: string): SyntheticModule {
  const exported: unknown = native(file);
  const isNamespace = types.isModuleNamespaceObject(exported);
  const named = exported as Record<string, unknown>;
  const names = new Set(Object.keys(Object(exported) as object)).add('default');
  return new SyntheticModule([...names], function () {
    for (const name of names) this.setExport(name, name === 'default' && !isNamespace ? exported : named[name]);
  });
}

export default class Runtime extends JestRuntime {
  constructor(...parts: ConstructorParameters<typeof JestRuntime>) {
    super(...parts);
    const { _resolution: resolution, esmLoader, executor } = this as unknown as Inside;
    const { shouldLoadAsEsm, isExplicitlyCommonjs } = resolution;
    resolution.shouldLoadAsEsm = (file) => !isPackage(file) && shouldLoadAsEsm.call(resolution, file);
    resolution.isExplicitlyCommonjs = (file) => isPackage(file) || isExplicitlyCommonjs.call(resolution, file);
    const { buildCjsAsEsmSyntheticModule: build } = esmLoader;
    esmLoader.buildCjsAsEsmSyntheticModule = (from, file, context) =>
      isPackage(file) ? packageModule(file) : build.call(esmLoader, from, file, context);
    esmLoader.getContext = () => undefined;
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, {
        filename,
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      });
  }
}
