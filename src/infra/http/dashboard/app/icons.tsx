// Line icons, drawn here so that nothing is fetched.
const PATHS = {
  close: 'M6 6l12 12M18 6 6 18',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  chat: 'M4 5h16v11H10l-4 4v-4H4z',
  filter: 'M4 6h16M7 12h10M10 18h4',
  out: 'M14 5h5v5M19 5l-8 8M17 14v5H5V7h5',
} as const;

export function Icon({ name, size = 18 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Bell({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--brand)" />
      <path d="M7 21a9 9 0 0 1 18 0z" fill="#fff" />
      <rect x="5.5" y="22" width="21" height="2.6" rx="1.3" fill="#fff" />
      <circle cx="16" cy="9.4" r="1.9" fill="#fff" />
    </svg>
  );
}
