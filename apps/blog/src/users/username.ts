/** What a name is made of: compared exactly, and alike in every store, whatever it thinks of letter case and blanks. */
export const USERNAME = /^[a-z0-9._-]{1,50}$/;
