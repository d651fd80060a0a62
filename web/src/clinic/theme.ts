/** antd in the colours, shapes and letters of the other pages: read from `styles/tokens.css`, so that there is one place for them. */
import type { ThemeConfig } from 'antd';

/** Our token of this name, as the page has it now. */
export function cssToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Grounds, hovers and borders of a colour. Only two of ours have a hover of their own. */
function shadesOf(name: string, token: string): Record<string, string> {
  const [plain, soft] = [cssToken(token), cssToken(`${token}-soft`)];
  const hover = cssToken(`${token}-hover`) || plain;
  return {
    [`color${name}Bg`]: soft,
    [`color${name}BgHover`]: soft,
    [`color${name}Border`]: plain,
    [`color${name}BorderHover`]: plain,
    [`color${name}Hover`]: hover,
    [`color${name}Active`]: hover,
    [`color${name}Text`]: plain,
    [`color${name}TextHover`]: hover,
  };
}

/** @param touch controls get the size of a finger */
export function themeOf(touch: boolean): ThemeConfig {
  const soft = cssToken('ink-soft');
  const pixels = (name: string): number => Number.parseFloat(cssToken(name));
  return {
    // A class that every element of antd gets.
    cssVar: { prefix: 'ant', key: 'clinic-vars' },
    hashed: false,
    token: {
      colorPrimary: cssToken('accent'),
      colorInfo: cssToken('accent'),
      colorLink: cssToken('accent'),
      colorSuccess: cssToken('good'),
      colorWarning: cssToken('warn'),
      colorError: cssToken('bad'),
      colorTextBase: cssToken('ink'),
      colorBgBase: cssToken('surface'),
      colorBgLayout: cssToken('ground'),
      colorBorder: cssToken('line-strong'),
      colorBorderSecondary: cssToken('line'),
      colorSplit: cssToken('line'),
      // What antd would derive from our dark colours is muddy.
      ...shadesOf('Primary', 'accent'),
      ...shadesOf('Info', 'accent'),
      ...shadesOf('Success', 'good'),
      ...shadesOf('Warning', 'warn'),
      ...shadesOf('Error', 'bad'),
      colorPrimaryBorder: cssToken('focus'),
      // antd's greys are lighter than what has to be read.
      colorTextSecondary: soft,
      colorTextTertiary: soft,
      colorTextDescription: soft,
      colorTextPlaceholder: soft,
      colorIcon: soft,
      fontFamily: cssToken('font'),
      fontSize: 15,
      borderRadius: pixels('radius-s'),
      borderRadiusLG: pixels('radius-m'),
      controlHeight: touch ? 44 : 40,
      // antd would make the small ones three quarters of it: too little for a thumb.
      ...(touch && { controlHeightSM: 44 }),
      fontWeightStrong: 600,
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    },
    components: {
      Button: {
        ...(touch && { paddingInlineSM: 12 }),
        fontWeight: 600,
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
      },
      Form: { itemMarginBottom: 24, verticalLabelPadding: '0 0 6px', labelColor: cssToken('ink') },
      Table: { headerBg: cssToken('sunken'), headerColor: cssToken('ink-soft'), rowHoverBg: cssToken('ground'), cellPaddingBlock: 14 },
    },
  };
}
