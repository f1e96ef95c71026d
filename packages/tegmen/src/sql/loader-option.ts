/** Where an option keeps what a Session does by it. */
export const loaderOption: unique symbol = Symbol.for("tegmen.loaderOption");

/** How a Session of the ORM loads the entities of a query; made by functions such as `selectinload()`. */
export interface LoaderOption {
  readonly [loaderOption]: unknown;
}
