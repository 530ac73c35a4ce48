// shows: a view that is shown draws itself; touching it is a gesture
// manifest: {launcher: Main, layouts: {main: '<LinearLayout><cn.example.Chart/></LinearLayout>'}}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Chart.onDraw]
// miss: [serial reachable = launcher Main.onCreate > gesture Chart.onTouchEvent]

class Main extends Activity {
  protected void onCreate(Bundle state) { setContentView(R.layout.main); }
}
class Chart extends View {
  public Chart(Context context, AttributeSet set) { super(context, set); }
  protected void onDraw(android.graphics.Canvas canvas) {
    String id = SERIAL;                                         // hit
  }
  public boolean onTouchEvent(MotionEvent event) {
    String id = SERIAL;                                         // miss
    return true;
  }
}
