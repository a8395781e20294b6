// What can go wrong with a request, in words for a person.

/** A refusal of the gateway, or (status 0) none of its answers arrived. */
export class ApiError extends Error {
  constructor(status, message, { reason = '', field = '', retryAfterSeconds = null, errors = null } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
  }

  /** The same request may succeed later: no network, too much load, or a part of the mesh is away. */
  get isTransient() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  static offline() {
    return new ApiError(0, 'The mesh cannot be reached. Is it running?');
  }

  /** From the text of a response: problem+json if it is the gateway's, else the status in words. */
  static fromBody(status, text, retryAfterHeader) {
    let problem = null;
    try {
      problem = JSON.parse(text);
    } catch {
      // A proxy's page, or nothing at all.
    }
    const message = problem?.detail || problem?.title || describe(status);
    const header = Number.parseFloat(retryAfterHeader);
    return new ApiError(status, message, {
      reason: problem?.reason,
      field: problem?.field,
      errors: problem?.errors,
      retryAfterSeconds: problem?.retryAfterSeconds ?? (Number.isFinite(header) ? header : null),
    });
  }
}

function describe(status) {
  switch (status) {
    case 401: return 'This mesh asks for an API key.';
    case 404: return 'This does not exist (any more).';
    case 413: return 'This is larger than the mesh accepts.';
    case 429: return 'The mesh has too much to do. Try again in a moment.';
    case 503: return 'A part of the mesh is not available. Try again in a moment.';
    default: return `The mesh answered with status ${status}.`;
  }
}
