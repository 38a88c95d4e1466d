import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

const badgeVariants = cva('inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs leading-4 font-medium', {
  variants: {
    variant: {
      default: 'bg-muted text-foreground',
      outline: 'border border-border text-muted-foreground',
      warning: 'bg-warning-background text-warning',
      positive: 'bg-positive/10 text-positive',
      negative: 'bg-negative/10 text-negative',
    },
  },
  defaultVariants: { variant: 'default' },
});

export function Badge({
  className,
  variant,
  ...props
}: ComponentProps<'span'> & VariantProps<typeof badgeVariants>) {
  return <span className={cn(badgeVariants({ variant }), className)} {...props} />;
}
