// shows: android:onClick in a layout names a method of the activity, run by a tap
// manifest:
//   launcher: Main
//   hit: {layouts: {main: '<LinearLayout><Button android:onClick="go"/></LinearLayout>'}}
//   miss: {layouts: {main: '<LinearLayout><Button android:onClick="other"/></LinearLayout>'}}
// hit: [serial reachable = launcher Main.onCreate > gesture Main.go]
// miss: [serial present = Main.go]

public class Main extends Activity {
  protected void onCreate(Bundle state) { setContentView(R.layout.main); }
  public void go(View view) { String id = SERIAL; }
  public void other(View view) { }
}
