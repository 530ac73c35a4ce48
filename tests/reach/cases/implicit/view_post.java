// shows: View.post runs the object as soon as the view is shown
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > scheduled Work.run]

class Main extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) {
    View view = findViewById(1);
    view.post(new Work());                                      // hit
    view.setOnClickListener(this);                              // miss
  }
  public void onClick(View view) { view.post(new Work()); }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
