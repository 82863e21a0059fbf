// A page as a web server gave it.

export interface WebPage {
  /** Where it was found, after redirects. */
  url: string;
  /** Media type in lower case, without parameters. */
  type: string;
  text: string;
}
