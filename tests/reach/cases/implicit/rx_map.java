// shows: a mapping function runs in a stream that is subscribed
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Map1.apply]
// miss: [serial present = Map1.apply]

import io.reactivex.rxjava3.core.Observable; import io.reactivex.rxjava3.functions.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Map1 map = new Map1();
    Observable.just("x").map(map).subscribe(new Taker());       // hit
    Observable.just("x").subscribe(new Taker());                // miss
  }
}
class Map1 implements Function<Object, Object> {
  public Object apply(Object value) { return SERIAL; }
}
class Taker implements Consumer<Object> {
  public void accept(Object value) { }
}
