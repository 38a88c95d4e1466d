/** Small questions about expressions, for finding what the source asks. */
import { SyntaxKind as Kind } from 'typescript/unstable/ast';

/** What a constant may be set to so that its value is read rather than its type. */
export const READABLE = new Set([
  Kind.ArrayLiteralExpression,
  Kind.ObjectLiteralExpression,
  Kind.StringLiteral,
  Kind.NoSubstitutionTemplateLiteral,
  Kind.Identifier,
]);
const WRAPPERS = new Set([
  Kind.AsExpression,
  Kind.SatisfiesExpression,
  Kind.ParenthesizedExpression,
  Kind.NonNullExpression,
]);

export function unwrapped(node) {
  let inner = node;
  while (WRAPPERS.has(inner.kind)) inner = inner.expression;
  return inner;
}

/** The values that `a ? b : c`, `a && b`, `a || b` and `a ?? b` may have. */
export function branchesOf(node) {
  if (node.kind === Kind.ConditionalExpression) return [unwrapped(node.whenTrue), unwrapped(node.whenFalse)];
  if (node.kind !== Kind.BinaryExpression) return null;
  const operator = node.operatorToken.kind;
  if (operator === Kind.AmpersandAmpersandToken) return [unwrapped(node.right)];
  if (operator === Kind.BarBarToken || operator === Kind.QuestionQuestionToken) {
    return [unwrapped(node.left), unwrapped(node.right)];
  }
  return null;
}

export function isNothing(node) {
  return (
    node.kind === Kind.NullKeyword ||
    node.kind === Kind.FalseKeyword ||
    (node.kind === Kind.Identifier && node.text === 'undefined')
  );
}

/** The value of `useMemo(() => value, […])`. */
export function memoized(node) {
  if (node.kind !== Kind.CallExpression) return null;
  const { expression: callee, arguments: given } = node;
  const name = callee.kind === Kind.PropertyAccessExpression ? callee.name.text : callee.text;
  const [made] = given;
  if (name !== 'useMemo' || made?.kind !== Kind.ArrowFunction) return null;
  if (made.body.kind !== Kind.Block) return unwrapped(made.body);
  const [only, ...more] = made.body.statements;
  return more.length === 0 && only?.kind === Kind.ReturnStatement && only.expression ? unwrapped(only.expression) : null;
}

export function isConst(declaration) {
  return (declaration.parent?.flags & 2) !== 0; // NodeFlags.Const
}
