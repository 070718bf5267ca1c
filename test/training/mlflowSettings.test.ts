/** MLflow's own environment variables say where runs are tracked, and what is secret in them stays so. */
import test from 'ava';
import { mlflowFromEnvironment } from '../../src/training/logging/mlflowSettings.js';

const uri = 'http://127.0.0.1:5000';
const basic = (credentials: string): string =>
  `Basic ${Buffer.from(credentials).toString('base64')}`;

test('without a URI runs are not tracked', (t) => {
  t.is(mlflowFromEnvironment({}), null);
  t.is(mlflowFromEnvironment({ MLFLOW_TRACKING_URI: '', MLFLOW_TRACKING_TOKEN: 'x' }), null);
});

test('the URI may have a path and a slash at its end; the experiment has a default', (t) => {
  const cases: readonly (readonly [given: string, expected: string])[] = [
    [uri, uri],
    [`${uri}/`, uri],
    ['https://example.org/mlflow/', 'https://example.org/mlflow'],
  ];
  for (const [given, expected] of cases) {
    t.deepEqual(mlflowFromEnvironment({ MLFLOW_TRACKING_URI: given }), {
      uri: expected,
      experiment: 'roentgen',
      authorization: undefined,
    });
  }
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_EXPERIMENT_NAME: 'chest' };
  t.is(mlflowFromEnvironment(env)?.experiment, 'chest');
});

test('a name and password come before a token, and those in the URI leave it', (t) => {
  const token = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: 'secret' };
  t.is(mlflowFromEnvironment(token)?.authorization, 'Bearer secret');
  const login = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'pä:ss' };
  t.is(mlflowFromEnvironment({ ...token, ...login })?.authorization, basic('ada:pä:ss'));
  const inside = mlflowFromEnvironment({ MLFLOW_TRACKING_URI: 'http://ada:a%40b@127.0.0.1:5000' });
  t.is(inside?.authorization, basic('ada:a@b'));
  t.is(inside?.uri, uri);
});

test('another scheme is refused with what to start instead, and no word of a password', (t) => {
  const wrong = ['file:///runs', 'sqlite:///m.db', 'databricks', 'postgresql://a:hidden@host/db'];
  for (const given of wrong) {
    const error = t.throws(() => mlflowFromEnvironment({ MLFLOW_TRACKING_URI: given }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /mlflow server --host 127\.0\.0\.1 --port 5000/,
    });
    t.notRegex(error.message, /hidden/);
  }
});

test('a token that no header can hold is refused without being told', (t) => {
  const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: 'hidden\n' };
  const error = t.throws(() => mlflowFromEnvironment(env), { code: 'ERR_INVALID_ARGUMENT' });
  t.notRegex(error.message, /hidden/);
});
