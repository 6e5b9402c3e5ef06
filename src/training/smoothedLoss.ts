/** An exponential moving average with bias correction, as fastai smooths the training loss (callback.py `SmoothenValue`). */
export class SmoothedLoss {
  readonly #beta = 0.98;

  constructor(
    public average = 0,
    public count = 0,
  ) {}

  add(loss: number): number {
    this.count++;
    this.average = this.#beta * this.average + (1 - this.#beta) * loss;
    return this.value;
  }

  get value(): number {
    return this.average / (1 - this.#beta ** this.count);
  }
}
