// shows: a platform method calls back while it runs
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Order.compare]
// miss: [serial present = Order.compare]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    List<Object> list = new ArrayList<>();
    Order order = new Order();
    Collections.sort(list, order);                              // hit
    Collections.shuffle(list);                                  // miss
  }
}
class Order implements Comparator<Object> {
  public int compare(Object one, Object other) { String id = SERIAL; return 0; }
}
