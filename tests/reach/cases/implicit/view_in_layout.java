// shows: a view of the app that the shown layout names is made with it
// manifest:
//   launcher: Main
//   hit: {layouts: {main: '<LinearLayout><cn.example.Chart/></LinearLayout>'}}
//   miss: {layouts: {main: '<LinearLayout><TextView/></LinearLayout>', unused: '<cn.example.Chart/>'}}
// hit: [serial before_consent = launcher Main.onCreate > inflated Chart.<init>]
// miss: [serial present = Chart.<init>]

class Main extends Activity {
  protected void onCreate(Bundle state) { setContentView(R.layout.main); }
}
class Chart extends View {
  public Chart(Context context, AttributeSet set) { super(context, set); String id = SERIAL; }
}
