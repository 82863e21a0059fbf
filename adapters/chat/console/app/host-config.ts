// How the adaptivecards library draws: our type scale, and colours that follow the theme's variables.
const colour = (name: string) => ({
  default: `var(--${name})`,
  subtle: 'var(--muted)',
  highlightColors: { default: 'transparent', subtle: 'transparent' },
});

const foregroundColors = {
  default: colour('ink'),
  accent: colour('accent-ink'),
  good: colour('good'),
  warning: colour('warn'),
  attention: colour('bad'),
  light: colour('ink'),
  dark: colour('ink'),
};

const surface = (backgroundColor: string) => ({
  backgroundColor,
  borderColor: 'transparent',
  foregroundColors,
});

/** Spacing is left to the style sheet, except the gap between paragraphs. */
export const HOST_CONFIG = {
  supportsInteractivity: true,
  fontFamily: 'inherit',
  fontSizes: { small: 12, default: 14, medium: 15, large: 18, extraLarge: 22 },
  fontWeights: { lighter: 400, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 21, medium: 22, large: 26, extraLarge: 30 },
  spacing: { small: 8, default: 0, medium: 0, large: 0, extraLarge: 0, padding: 0 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  containerStyles: {
    default: surface('transparent'),
    emphasis: surface('transparent'),
    good: surface('transparent'),
    attention: surface('transparent'),
    warning: surface('transparent'),
    accent: surface('transparent'),
  },
  actions: {
    maxActions: 5,
    spacing: 'none',
    buttonSpacing: 0,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    iconPlacement: 'leftOfTitle',
    iconSize: 16,
  },
  adaptiveCard: { allowCustomStyle: false },
};
