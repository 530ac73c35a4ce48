// shows: a subscribed consumer runs; an unsubscribed stream does nothing
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Taker.accept]
// miss: [serial present = Taker.accept]

import io.reactivex.rxjava3.core.Observable; import io.reactivex.rxjava3.functions.Consumer;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Taker taker = new Taker();
    Observable.just("x").subscribe(taker);                      // hit
    Observable.just("x");                                       // miss
  }
}
class Taker implements Consumer<Object> {
  public void accept(Object value) { String id = SERIAL; }
}
